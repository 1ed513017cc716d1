//! Faults that are planted on purpose, to see that the invariants catch them.
//!
//! Without the feature `lab` none can be planted, and what asks for one costs nothing.

/// A fault of the kernel, of the supervisors or of applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name of a dead process stays taken.
    NameIsKept,
    /// A monitor fires twice.
    DownTwice,
    /// `unlink` forgets the other side.
    HalfUnlinked,
    /// After `unlink` an older `link` of the other side counts.
    UnlinkIsForgotten,
    /// A process that traps exits survives `kill`.
    KillIsTrapped,
    /// `exit(Pid, normal)` ends a process that does not trap exits.
    NormalKills,
    /// Every eighth timer fires before its time.
    TimerFiresEarly,
    /// A timer that was cancelled fires all the same.
    CancelledTimerFires,
    /// A message overtakes the one before it.
    MailboxSwaps,
    /// A message does not wake its receiver.
    WakeUpIsLost,
    /// Links are told that a process ended normally, however it ended.
    ReasonIsLost,
    /// A supervisor restarts temporary children.
    TemporaryIsRestarted,
    /// A supervisor stops its children in start order.
    StopsInStartOrder,
    /// A supervisor counts no restarts.
    RestartsAreNotCounted,
    /// A supervisor that ends leaves its first child running.
    OrphanIsLeft,
    /// `one_for_one` restarts the other children too.
    OthersAreRestarted,
    /// An application starts although what it needs does not run.
    DependencyIsSkipped,
    /// A node that goes down stops its applications in start order.
    ApplicationsStopInStartOrder,
    /// `ensure_all_started` fails and leaves what it started.
    NothingIsTakenBack,
    /// The end of an application never ends the node.
    EndIsIgnored,
    /// Who belongs to an application and not to its tree survives it.
    GroupIsLeft,
    /// The configuration does not reach the environment.
    ConfigIsIgnored,
    /// Start phases run from the last to the first.
    PhasesAreReversed,
    /// `ensure_all_started` blames who was asked for in place of who has no file.
    WrongIsBlamed,
    /// An application master is told to stop and does not answer.
    StopIsNotAnswered,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 25] = [
        Fault::NameIsKept,
        Fault::DownTwice,
        Fault::HalfUnlinked,
        Fault::UnlinkIsForgotten,
        Fault::KillIsTrapped,
        Fault::NormalKills,
        Fault::TimerFiresEarly,
        Fault::CancelledTimerFires,
        Fault::MailboxSwaps,
        Fault::WakeUpIsLost,
        Fault::ReasonIsLost,
        Fault::TemporaryIsRestarted,
        Fault::StopsInStartOrder,
        Fault::RestartsAreNotCounted,
        Fault::OrphanIsLeft,
        Fault::OthersAreRestarted,
        Fault::DependencyIsSkipped,
        Fault::ApplicationsStopInStartOrder,
        Fault::NothingIsTakenBack,
        Fault::EndIsIgnored,
        Fault::GroupIsLeft,
        Fault::ConfigIsIgnored,
        Fault::PhasesAreReversed,
        Fault::WrongIsBlamed,
        Fault::StopIsNotAnswered,
    ];
}

/// The fault that is planted in a node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Planted {
    #[cfg(feature = "lab")]
    fault: Option<Fault>,
}

#[cfg(feature = "lab")]
impl Planted {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        Planted { fault }
    }

    #[inline]
    pub(crate) fn is(self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

#[cfg(not(feature = "lab"))]
impl Planted {
    #[inline]
    pub(crate) const fn is(self, _: Fault) -> bool {
        false
    }
}
