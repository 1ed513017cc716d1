// <let-it-crash app="seq" seed theme lang height>: an OTP node, drawn while it lives.
// One download and one compile for the page; a wasm instance for each element, so that a panic
// stays with its widget. The file names below are filled in by the build (dev.d/lib/bundle.sh).
const near = (name) => new URL(name, import.meta.url);
const ENV = ['SEQ_A1', 'SEQ_D']; // the system's environment, which the application's configuration reads
const OBSERVED = ['app', 'seed', 'theme', 'lang', 'height', 'test-panic'];
const WORDS = {
  en: { load: 'The widget could not be loaded.', panic: 'This widget stopped: a bug of ours.', again: 'Start again', copy: 'Copy the report' },
  ko: { load: '위젯을 불러오지 못했습니다.', panic: '이 위젯이 멈췄습니다. 저희의 버그입니다.', again: '다시 시작', copy: '보고서 복사' },
};

let loading; // { create, module, sheet }, once for the page; a failed load may be tried again
const load = () => (loading ??= Promise.all([glue(), wasm(), style()]).then(
  ([create, module, sheet]) => ({ create, module, sheet }),
  (error) => { loading = undefined; throw error; },
));
const glue = async () => (await import(near('let_it_crash.js'))).default;
const wasm = () => compiled('let_it_crash_bg.wasm');
const compiled = async (name) => {
  const response = await get(name);
  // A host that serves wasm under another type cannot stream it.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
};
// A release build comes in two parts: what a reader who only looks needs, and the rest.
const REST = ''; // a file, or nothing where the build is one part
const REACHING = ['pointerover', 'pointerdown', 'focusin', 'keydown'];
let rest; // the compiled rest, or the promise of it, once for the page
const fetchRest = async () => {
  if (!REST) return;
  rest ??= compiled(REST).then((module) => (rest = module));
  try { await rest; } catch { rest = undefined; } // code that needs it tries again, and says why it cannot
};
// A caller deep inside the node cannot wait for a promise.
const restNow = () => {
  if (rest instanceof WebAssembly.Module) return rest;
  const request = new XMLHttpRequest();
  request.open('GET', near(REST), false);
  request.overrideMimeType('text/plain; charset=x-user-defined'); // a byte a character
  request.send();
  if (request.status !== 200) throw new Error(`${REST}: ${request.status}`);
  return (rest = new WebAssembly.Module(Uint8Array.from(request.response, (letter) => letter.charCodeAt(0))));
};
// Only a function of a module may stand in a table: (module (import "" "f" (func)) (export "f" (func 0)))
const CALLER = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 6, 1, 0, 1, 102, 0, 0, 7, 5, 1, 1, 102, 0, 0);
const onCall = (f) => new WebAssembly.Instance(new WebAssembly.Module(CALLER), { '': { f } }).exports.f;

const style = async () => new CSSStyleSheet().replace(await (await get('style.css')).text());
const get = async (name) => {
  const response = await fetch(near(name));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
};

class LetItCrash extends HTMLElement {
  static observedAttributes = OBSERVED;
  #root = this.attachShadow({ mode: 'open' });
  #size = new CSSStyleSheet();
  #widget;
  #life; // an AbortController for what one connection to the page holds: listeners, observers

  connectedCallback() {
    this.#life = new AbortController();
    this.#root.adoptedStyleSheets = [this.#size];
    this.#root.replaceChildren(document.createElement('slot'));
    this.#resize();
    this.#whenNear(this.#life.signal, () => this.#start(this.#life));
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#stop();
    this.#root.replaceChildren();
  }

  attributeChangedCallback(name, _, value) {
    if (name === 'height') this.#resize();
    else if (name === 'theme' || name === 'lang') this.#follow();
    else this.#set(name, value);
  }

  /** Throws the widget away and starts a new one. */
  reset() {
    if (!this.isConnected) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  async #start(life) {
    try {
      // Only `seq` starts within the first part.
      const [{ create, module, sheet }] = await Promise.all([load(), (this.#asked('app') ?? 'seq') === 'seq' || fetchRest()]);
      if (life.signal.aborted) return;
      this.#root.adoptedStyleSheets = [this.#size, sheet];
      const mount = document.createElement('div');
      mount.className = 'widget';
      this.#root.replaceChildren(mount);
      const bindings = create();
      this.#await(life, bindings.initSync({ module }));
      this.#widget = new bindings.Widget(mount, this.#options(), (report) => this.#fail(life, 'panic', report));
      this.#watchPage(life.signal);
      this.#tell('lic-ready');
    } catch (error) {
      this.#fail(life, 'load', String(error));
    }
  }

  // The first call of a function of the rest brings it in.
  #await(life, first) {
    if (!REST) return;
    for (const reached of REACHING) this.addEventListener(reached, fetchRest, { signal: life.signal, once: true, passive: true });
    first.later.set(0, onCall(() => {
      try {
        new WebAssembly.Instance(restNow(), { first });
        first.there.value = 1;
      } catch (error) {
        this.#fail(life, 'load', String(error));
        throw error;
      }
    }));
  }

  #stop() {
    const widget = this.#widget;
    this.#widget = undefined;
    try { widget?.destroy(); } catch (error) { console.error('let-it-crash:', error); }
  }

  #set(name, value) {
    try { this.#widget?.set(name, value ?? undefined); } catch (error) { this.#fail(this.#life, 'panic', String(error)); }
  }

  // What the widget says about itself when it cannot go on. The instance is never entered again.
  #fail(life, why, report) {
    if (life.signal.aborted) return;
    life.abort();
    this.#widget = undefined;
    const words = WORDS[this.#language()];
    const part = (tag, text, pressed) => {
      const made = Object.assign(document.createElement(tag), { textContent: text });
      if (pressed) made.addEventListener('click', pressed);
      return made;
    };
    const card = part('div', '');
    card.className = 'stopped';
    card.setAttribute('role', 'alert');
    card.append(
      part('p', words[why]),
      part('pre', report),
      part('button', words.again, () => this.reset()),
      part('button', words.copy, () => navigator.clipboard?.writeText(report)),
      document.createElement('slot'),
    );
    this.#root.replaceChildren(card);
    this.#tell('lic-error', { why, report });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  // Names and values in turn.
  #options() {
    const env = ENV.map((name) => [`env.${name}`, this.#asked(name)]);
    const own = ['app', 'seed'].map((name) => [name, this.#asked(name)]);
    const seen = [['theme', this.#theme()], ['lang', this.#language()], ['page', this.getAttribute('page')]];
    return [...env, ...own, ...seen].filter(([, value]) => value !== null).flat();
  }

  // The whole page can be asked in its address too: ?seed=7&lang=ko&theme=dark&SEQ_A1=10
  #asked(name) {
    const address = this.hasAttribute('page') ? new URLSearchParams(location.search).get(name) : null;
    return address ?? this.getAttribute(name);
  }

  // No lang means the page's; the whole page speaks the reader's.
  #language() {
    const around = this.hasAttribute('page') ? navigator.language : this.closest('[lang]')?.lang;
    return /^ko\b/i.test(this.#asked('lang') ?? around ?? '') ? 'ko' : 'en';
  }

  // No theme means the page's, by the marks that documentation tools leave; else the reader's.
  #theme() {
    const asked = this.#asked('theme');
    if (asked === 'light' || asked === 'dark') return asked;
    const host = this.closest('[data-theme], .dark, .light');
    const mark = host?.dataset.theme ?? host?.className ?? '';
    if (/dark/.test(mark)) return 'dark';
    if (/light/.test(mark)) return 'light';
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }

  #follow() {
    this.#set('theme', this.#theme());
    this.#set('lang', this.#language());
  }

  #watchPage(signal) {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#follow(), { signal });
    const seen = new MutationObserver(() => this.#follow());
    const filter = { attributes: true, attributeFilter: ['class', 'data-theme', 'lang'] };
    for (let node = this.parentElement; node; node = node.parentElement) seen.observe(node, filter);
    signal.addEventListener('abort', () => seen.disconnect());
  }

  #whenNear(signal, then) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      then();
    }, { rootMargin: '300px' });
    seen.observe(this);
    signal.addEventListener('abort', () => seen.disconnect());
  }

  #resize() {
    const height = Number(this.getAttribute('height'));
    const size = this.hasAttribute('page') ? '100dvh' : `${height > 0 ? height : 400}px`;
    this.#size.replaceSync(`:host { display: block; block-size: ${size} }`);
  }
}

if (!customElements.get('let-it-crash')) customElements.define('let-it-crash', LetItCrash);
