// The page's wasm in two parts: what a reader who only looks needs, and the rest, which let-it-crash.js
// fetches when a reader reaches for a widget. Called by bundle.sh:
//
//   node parts.mjs BINARYEN mark WHOLE MARKED           for ./dev profile: a global for each function that ran
//   node parts.mjs BINARYEN cut WHOLE LATER FIRST REST GLUE  LATER holds the keys of the functions of the rest
//
// In the first part a function of the rest is a stub that calls it through the table `later`. Slot 0 of
// that table is the loader's: it instantiates the rest, which fills the other slots, and sets `there`.
import fs from 'node:fs';
import { alike } from './alike.mjs';
import { onlyOfRest, runsOf } from './data.mjs';

const [library, command, whole, ...files] = process.argv.slice(2);
const { default: binaryen } = await import(library);
const { i32, none } = binaryen;
binaryen.setGenerateStackIR(true);
binaryen.setOptimizeStackIR(true);

// What every browser knows that knows reference types, which the glue wants.
const { Features } = binaryen;
const FEATURES = Features.MutableGlobals | Features.SignExt | Features.NontrappingFPToInt | Features.BulkMemory |
  Features.BulkMemoryOpt | Features.CallIndirectOverlong | Features.ReferenceTypes | Features.Multivalue;

const read = () => {
  const module = binaryen.readBinary(fs.readFileSync(whole));
  module.setFeatures(FEATURES);
  return module;
};
const write = (module, file) => {
  if (!module.validate()) throw new Error(`${file} is no valid module`);
  // What tells of tools and of the features used is for tools.
  module.runPasses(['strip-producers', 'strip-target-features']);
  fs.writeFileSync(file, module.emitBinary());
};
const all = (count, at, info) => Array.from({ length: count }, (_, i) => info(at(i)));
const functions = (m) => all(m.getNumFunctions(), m.getFunctionByIndex, binaryen.getFunctionInfo);
const tables = (m) => all(m.getNumTables(), m.getTableByIndex, binaryen.getTableInfo);
const globals = (m) => all(m.getNumGlobals(), m.getGlobalByIndex, binaryen.getGlobalInfo);
const exported = (m) => all(m.getNumExports(), m.getExportByIndex, binaryen.getExportInfo);
const chunksOf = (m) => all(m.getNumDataSegments(), m.getDataSegmentByIndex, m.getDataSegmentInfo);
const memoryOf = (m) => exported(m).find(({ name }) => name === 'memory').value;
const segments = (m) => all(m.getNumElementSegments(), m.getElementSegmentByIndex, binaryen.getElementSegmentInfo);

// Puts functions beside those that are like them: they compress together.
const gather = (module) => {
  const own = functions(module).filter(({ base }) => !base);
  for (const at of alike(codeOf(module.emitBinary()))) {
    const { name, params, results, vars, body } = own[at];
    module.removeFunction(name);
    module.addFunction(name, params, results, vars, body);
  }
};

// The bodies of its functions, in their order.
const codeOf = (binary) => {
  const bytes = Buffer.from(binary);
  let at = 8;
  const number = () => {
    let [value, shift, byte] = [0, 0, 0x80];
    for (; byte & 0x80; shift += 7) value |= ((byte = bytes[at++]) & 0x7f) << shift;
    return value;
  };
  const CODE = 10;
  for (;;) {
    const section = bytes[at++];
    const size = number();
    if (section === CODE) break;
    at += size;
  }
  return Array.from({ length: number() }, () => {
    const size = number();
    return bytes.subarray(at, (at += size));
  });
};

// A function's key: its name's hash (FNV-1a), without what a compiler adds to tell crates apart.
// A name without a path is a number, or the glue's: such functions stay in the first part.
const key = (name) => {
  if (!name.includes('::')) return null;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name.replace(/\[[0-9a-f]{8,}\]/g, ''))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, '0');
};

const mark = (marked) => {
  const module = read();
  const own = functions(module).filter(({ base, name }) => !base && key(name));
  const seen = new Set();
  for (const { name, body } of own) {
    const ran = `ran ${key(name)}`;
    if (!seen.has(ran)) {
      module.addGlobal(ran, i32, true, module.i32.const(0));
      module.addGlobalExport(ran, ran);
      seen.add(ran);
    }
    const note = module.global.set(ran, module.i32.const(1));
    const type = binaryen.getExpressionType(body);
    binaryen.Function(module.getFunction(name)).setBody(module.block(null, [note, body], type));
  }
  write(module, marked);
};

const cut = (list, firstFile, restFile, glue) => {
  const keys = new Set(fs.readFileSync(list, 'utf8').match(/^[0-9a-z]{7}$/gm));
  const later = functions(read()).filter(({ base, name }) => !base && keys.has(key(name)));
  const entries = entriesOf(later);
  const rest = restOf(later, entries);
  const shared = functions(rest).filter(({ base }) => base);
  const first = firstOf(later, entries, shared, glue);
  share(first, rest, shared);
  shareData(first, rest);
  write(first, firstFile);
  write(rest, restFile);
};

// Those of them which the first part uses. Stubs of one signature lie side by side: they differ in a
// number only, and compress together.
const entriesOf = (later) => {
  const module = read();
  for (const { name, params, results } of later) {
    module.removeFunction(name);
    module.addFunctionImport(name, 'rest', name, params, results);
  }
  for (const { base, name } of functions(module)) if (!base) module.addFunctionExport(name, `kept ${name}`);
  module.runPasses(['remove-unused-module-elements']);
  const used = new Set(functions(module).map(({ name }) => name));
  const signature = ({ params, results }) => `${binaryen.expandType(params)} ${binaryen.expandType(results)}`;
  return later.filter(({ name }) => used.has(name)).sort((a, b) => signature(a).localeCompare(signature(b)));
};

// Its entries fill the table `later`; whatever it uses of the others is imported from the first part.
const restOf = (later, entries) => {
  const module = read();
  const isLater = new Set(later.map(({ name }) => name));
  for (const { name } of exported(module)) module.removeExport(name);
  for (const { name } of segments(module)) module.removeElementSegment(name);
  for (const { name, params, results } of functions(module).filter(({ name }) => !isLater.has(name))) {
    module.removeFunction(name);
    module.addFunctionImport(name, 'first', name, params, results);
  }
  for (const { name } of tables(module)) module.addTableImport(name, 'first', `table ${name}`);
  module.addTable('later', entries.length + 1, entries.length + 1);
  module.addActiveElementSegment('later', 'later', entries.map(({ name }) => name), module.i32.const(1));
  module.addTableImport('later', 'first', 'later');
  for (const { name, type, mutable } of globals(module)) {
    module.removeGlobal(name);
    module.addGlobalImport(name, 'first', `global ${name}`, type, mutable);
  }
  module.runPasses(['remove-unused-module-elements']);
  gather(module);
  return module;
};

const firstOf = (later, entries, shared, glue) => {
  const module = read();
  shortenImports(module, glue);
  for (const { name } of tables(module)) module.addTableExport(name, `table ${name}`);
  for (const { name } of globals(module)) module.addGlobalExport(name, `global ${name}`);
  module.addTable('later', entries.length + 1, entries.length + 1);
  module.addGlobal('there', i32, true, module.i32.const(0));
  const isThere = module.global.get('there', i32);
  const fetched = module.call_indirect('later', module.i32.const(0), [], none, none);
  module.addFunction('fetch later', none, none, [], module.if(module.i32.eqz(isThere), fetched));
  for (const { name } of later) module.removeFunction(name);
  entries.forEach(({ name, params, results }, at) => {
    const passed = binaryen.expandType(params).map((type, i) => module.local.get(i, type));
    const called = module.call_indirect('later', module.i32.const(at + 1), passed, params, results);
    module.addFunction(name, params, results, [], module.block(null, [module.call('fetch later', [], none), called], results));
  });
  for (const { name } of shared) module.addFunctionExport(name, `shared ${name}`);
  module.addTableExport('later', 'later');
  module.addGlobalExport('there', 'there');
  module.runPasses(['remove-unused-module-elements']);
  gather(module);
  return module;
};

// What they share goes by short names, in the order in which it lies in the first part.
const share = (first, rest, shared) => {
  const names = new Set(shared.map(({ name }) => name));
  functions(first).filter(({ name }) => names.has(name)).forEach(({ name, params, results }, at) => {
    const short = at.toString(36);
    first.removeExport(`shared ${name}`);
    first.addFunctionExport(name, short);
    rest.removeFunction(name);
    rest.addFunctionImport(name, 'first', short, params, results);
  });
};

// Each gets the data that it needs; what both need is the first part's. Where they lie stays.
const shareData = (first, rest) => {
  const chunks = chunksOf(first).sort((a, b) => a.offset - b.offset);
  const [from, to] = [chunks[0].offset, chunks.at(-1).offset + chunks.at(-1).data.byteLength];
  const image = new Uint8Array(to - from);
  const memory = memoryOf(first);
  for (const { offset, data } of chunks) image.set(new Uint8Array(data), offset - from);
  const fill = (module, runs) => {
    const segments = runs.map(([start, end]) => ({ offset: module.i32.const(start), data: image.subarray(start - from, end - from) }));
    module.setMemory(module.getMemoryInfo().initial, -1, null, segments, false, false, memory);
  };
  const later = onlyOfRest(chunks, numbersIn(first), numbersIn(rest));
  const isLater = ({ offset }) => later.some(([start, end]) => start <= offset && offset < end);
  fill(first, runsOf(chunks.filter((chunk) => !isLater(chunk))));
  fill(rest, later);
  rest.addMemoryImport(memory, 'first', 'memory', false);
};

const numbersIn = (module) => {
  const numbers = new Set();
  for (const { base, body } of functions(module)) {
    if (base) continue;
    for (const [, number] of binaryen.emitText(body).matchAll(/(?:i32\.const |offset=)(\d+)/g)) numbers.add(Number(number));
  }
  return numbers;
};

// What the glue gives goes by its place in a row instead of by a name and a hash.
const shortenImports = (module, glue) => {
  let text = fs.readFileSync(glue, 'utf8');
  functions(module).filter(({ base }) => base).forEach(({ name, module: from, base, params, results }, at) => {
    text = text.replace(` ${base}: function`, ` ${at}: function`);
    module.removeFunction(name);
    module.addFunctionImport(name, from, String(at), params, results);
  });
  fs.writeFileSync(glue, text);
};

({ mark, cut })[command](...files);
