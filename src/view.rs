//! Pure geometry: from a snapshot to places on a plane.
