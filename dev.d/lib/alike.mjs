// An order of byte strings in which gzip finds most of each in what lies shortly before it.
//
// gzip remembers 32 KiB. So next comes whichever has most, for its length, in common with the last
// ones. That is told by runs of five bytes; a run says the more the fewer have it.
const RUN = 5;
const WINDOW = 24 << 10;

// The places of the strings in that order.
export const alike = (strings) => {
  const runs = runsOf(strings);
  const havers = haversOf(runs);
  const weights = havers.map(({ length }) => (length > 1 ? 1 / Math.sqrt(length) : 0));
  const inWindow = new Int32Array(havers.length);
  const common = new Float64Array(strings.length);
  const count = (run, change) => {
    for (const haver of havers[run]) common[haver] += change * weights[run];
  };
  const enter = (at) => {
    for (const run of runs[at]) if (weights[run] && inWindow[run]++ === 0) count(run, 1);
  };
  const leave = (at) => {
    for (const run of runs[at]) if (weights[run] && --inWindow[run] === 0) count(run, -1);
  };
  const score = (at) => common[at] / (30 + runs[at].length) ** 0.8;

  const order = [];
  const open = new Set(strings.keys());
  let [oldest, size] = [0, 0];
  while (open.size > 0) {
    let next = -1;
    for (const at of open) if (next < 0 || score(at) > score(next)) next = at;
    open.delete(next);
    order.push(next);
    enter(next);
    for (size += strings[next].length; size > WINDOW; oldest++) {
      size -= strings[order[oldest]].length;
      leave(order[oldest]);
    }
  }
  return order;
};

// The different runs of each string, as numbers.
const runsOf = (strings) => {
  const known = new Map();
  const number = (run) => known.get(run) ?? (known.set(run, known.size), known.size - 1);
  return strings.map((bytes) => {
    const text = bytes.toString('latin1');
    return [...new Set(Array.from({ length: Math.max(text.length - RUN + 1, 0) }, (_, at) => number(text.substr(at, RUN))))];
  });
};

// The strings that have each run.
const haversOf = (runs) => {
  const havers = [];
  runs.forEach((own, at) => own.forEach((run) => (havers[run] ??= []).push(at)));
  return havers;
};
