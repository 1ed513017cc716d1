// Which of the module's data only the second part needs. The linker leaves each constant as a segment
// of its own (`--no-merge-data-segments`), a chunk here: { name, offset, data }, by offset.

// The first part may count an array from a little before its start, or down to its end.
const AROUND = 16;
// A shorter run costs more as a segment of its own than it saves.
const RUN = 128;
const GAP = 16;

// The runs [start, end) of chunks that the rest points at and the first part does not. Both are told by
// the numbers in their code; whatever lies in a chunk that is pointed at may point on. What the rest
// does not seem to point at stays, with all that it points at.
export const onlyOfRest = (chunks, inFirst, inRest) => {
  const rest = reached(chunks, inRest, 0);
  const unseen = chunks.filter((chunk) => !rest.has(chunk)).flatMap(wordsOf);
  const first = reached(chunks, [...inFirst, ...unseen], AROUND);
  const later = chunks.filter((chunk) => rest.has(chunk) && !first.has(chunk) && chunk.name.startsWith('.rodata'));
  return runsOf(later).filter(([start, end]) => end - start >= RUN);
};

// Chunks in a row, with all that lies between.
export const runsOf = (chunks) => {
  const runs = [];
  for (const { offset, data } of chunks) {
    const end = offset + data.byteLength;
    const last = runs.at(-1);
    if (last && offset - last[1] <= GAP) last[1] = end;
    else runs.push([offset, end]);
  }
  return runs;
};

const reached = (chunks, numbers, around) => {
  const found = new Set();
  const pending = [...numbers];
  while (pending.length > 0) {
    for (const chunk of at(chunks, pending.pop(), around)) {
      if (found.has(chunk)) continue;
      found.add(chunk);
      pending.push(...wordsOf(chunk));
    }
  }
  return found;
};

// The chunk that an address lies in, and those around it.
const at = (chunks, address, around) => {
  const endOf = ({ offset, data }) => offset + data.byteLength;
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(chunks[middle]) + around < address) low = middle + 1;
    else high = middle;
  }
  while (high < chunks.length && chunks[high].offset - around <= address) high++;
  return chunks.slice(low, high).filter((chunk) => around > 0 || address < endOf(chunk));
};

const wordsOf = ({ offset, data }) => {
  const view = new DataView(data);
  const words = [];
  for (let at = (4 - (offset % 4)) % 4; at + 4 <= data.byteLength; at += 4) words.push(view.getUint32(at, true));
  return words;
};
