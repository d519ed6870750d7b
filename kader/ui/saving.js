// What form and matrix share: building elements, and saving with an acknowledgement.
// Python puts this text before that of a widget: modules of widgets are loaded as blobs and cannot import each other.

const WAIT = 5000; // longer without an answer: say that it is not saved
const AGAIN = 10000; // then try again every so often, in case the server is back

// An element with attributes, listeners and children. Strings become text, never HTML.
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function fill(template, values) {
  return String(template || "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function same(a, b) {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

// Every widget has its own copy of this module, so ids start with something random.
function prefix() {
  return `k${Math.random().toString(36).slice(2, 9)}`;
}

function moment(at, language, options) {
  const time = at ? new Date(at) : new Date();
  return Number.isNaN(time.getTime()) ? String(at) : time.toLocaleString(language === "en" ? "en-GB" : "nl-NL", options);
}

function clock(at, language) {
  return moment(at, language, { hour: "2-digit", minute: "2-digit" });
}

// The latest values belong in the model also when nothing shows them yet, so a view that is made later has them.
function keepValues(model) {
  const received = (message) => {
    if (!message || message.type !== "values") return;
    model.set("values", { ...model.get("values"), ...message.values });
  };
  model.on("msg:custom", received);
  return () => model.off("msg:custom", received);
}

// Sends changes under a key, with a number; Python answers each number. `changed(key, state)` hears
// {state: "pending" | "saved" | "failed", at, message, lost}.
class Saver {
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.client = prefix();
    this.seq = 0;
    this.open = new Map();
    this.received = (message) => this.answered(message);
    this.leaving = (event) => {
      if (this.open.size) event.preventDefault();
    };
    model.on("msg:custom", this.received);
    window.addEventListener("beforeunload", this.leaving);
    this.retry = setInterval(() => this.again(), AGAIN);
  }

  save(key, changes) {
    clearTimeout(this.open.get(key)?.timer);
    this.transmit(key, changes, "pending");
  }

  transmit(key, changes, state) {
    const entry = { seq: ++this.seq, changes, state, timer: 0 };
    entry.timer = setTimeout(() => this.fail(key, entry, "", true), WAIT);
    this.open.set(key, entry);
    if (state === "pending") this.changed(key, { state: "pending" });
    try {
      this.model.send({ type: "answer", client: this.client, seq: entry.seq, key, changes });
    } catch (error) {
      console.warn("kader: the answer could not be sent", error);
    }
  }

  answered(message) {
    if (!message || message.type !== "ack" || message.client !== this.client) return;
    const entry = this.open.get(message.key);
    if (!entry || entry.seq !== message.seq) return;
    clearTimeout(entry.timer);
    if (!message.ok) {
      this.fail(message.key, entry, message.message, false);
      return;
    }
    this.open.delete(message.key);
    this.changed(message.key, { state: "saved", at: message.at, author: message.author, changes: entry.changes });
  }

  fail(key, entry, message, lost) {
    const known = entry.state === "failed";
    entry.state = "failed";
    entry.lost = lost;
    if (!known || !lost) this.changed(key, { state: "failed", message, lost });
  }

  again() {
    for (const [key, entry] of this.open) {
      if (entry.state === "failed" && entry.lost) {
        clearTimeout(entry.timer);
        this.transmit(key, entry.changes, "failed");
        this.open.get(key).lost = true;
      }
    }
  }

  resend(key) {
    const entry = this.open.get(key);
    if (entry) this.save(key, entry.changes);
  }

  busy(key) {
    return this.open.has(key);
  }

  failed() {
    return [...this.open].filter(([, entry]) => entry.state === "failed").map(([key]) => key);
  }

  close() {
    this.model.off("msg:custom", this.received);
    window.removeEventListener("beforeunload", this.leaving);
    clearInterval(this.retry);
    for (const entry of this.open.values()) clearTimeout(entry.timer);
  }
}

// The line under a field that says whether it is saved, and the alert when it is not.
class Status {
  constructor(labels, language, actions) {
    this.labels = labels;
    this.language = language;
    this.actions = actions;
    this.line = h("p", { class: "k-status" });
    this.alert = h("div", { role: "alert" });
  }

  given(author, at) {
    this.saved = false;
    this.line.className = "k-status";
    this.line.textContent = at
      ? fill(author ? this.labels.given_by : this.labels.given, {
          author,
          at: moment(at, this.language, { dateStyle: "long", timeStyle: "short" }),
        })
      : "";
  }

  show({ state, at, message, lost }) {
    this.saved = state === "saved";
    if (state === "failed") {
      this.line.textContent = "";
      const box = h(
        "div",
        { class: "k-alert" },
        h("p", {}, h("strong", {}, this.labels.not_saved)),
        h("p", {}, lost ? this.labels.no_answer : message),
        h("button", { type: "button", class: "k-button", onclick: () => this.actions.resend() }, this.labels.resend),
        h("button", { type: "button", class: "k-button", onclick: () => this.copy() }, this.labels.copy),
      );
      this.alert.replaceChildren(box);
      return;
    }
    this.alert.replaceChildren();
    this.line.className = state === "saved" ? "k-status k-status-saved" : "k-status";
    this.line.textContent =
      state === "saved" ? fill(this.labels.saved, { time: clock(at, this.language) }) : this.labels.saving;
  }

  async copy() {
    const text = this.actions.text();
    try {
      await navigator.clipboard.writeText(text);
      this.line.textContent = this.labels.copied;
    } catch (error) {
      // Without permission, or without https: show the text, selected, to be copied by hand.
      const field = h("textarea", { class: "k-input", readonly: true, "aria-label": this.labels.copy });
      field.value = text;
      this.alert.append(field);
      field.select();
    }
  }
}

// Says what happened to those who do not see it; several messages in a row become one.
class Announcer {
  constructor() {
    this.element = h("div", { role: "status", class: "k-hidden" });
    this.timer = 0;
  }

  say(text, wait = 400) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.element.textContent = "";
      this.element.append(text);
    }, wait);
  }
}
