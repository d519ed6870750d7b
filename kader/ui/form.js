/* global h, fill, same, prefix, moment, keepValues, Saver, Status, Announcer -- from saving.js, put before this text */

const TYPING = 800; // a pause in typing this long saves what is there
const NOTHING = [null, undefined, "", "unknown"];

function answered(question, value) {
  const nothing = question.empty || NOTHING;
  return !(nothing.includes(value) || (Array.isArray(value) && value.length === 0));
}

function parent(path) {
  return path.slice(0, path.lastIndexOf("/"));
}

function worded(question, labels, value) {
  if (value === null || value === undefined || value === "") return labels.no_value;
  const word = (one) => (question.options || []).find((option) => option.value === one)?.label ?? String(one);
  if (Array.isArray(value)) {
    if (question.kind === "level" && value.length === 2) return `${word(value[0])} – ${word(value[1])}`;
    return value.length ? value.map(word).join(", ") : labels.no_value;
  }
  return word(value);
}

// ---- Controls: each gives {element, get(), set(value), editing(), focus()} and calls `changed(value, now)` ----------

function group(question, id, described, ...inside) {
  return h("fieldset", { class: "k-field", "aria-describedby": described || null }, h("legend", {}, question.label), ...inside);
}

function radios(question, context) {
  const { id, described, labels, changed } = context;
  const options = question.options || [];
  const long = options.some((option) => (option.label || "").length > 24 || option.hint);
  const inputs = options.map((option, index) =>
    h("input", { type: "radio", name: id, id: `${id}-${index}`, value: option.value, "aria-describedby": option.hint ? `${id}-${index}-h` : null }),
  );
  const list = h(
    "div",
    { class: long ? "k-options k-options-long" : "k-options" },
    options.map((option, index) =>
      h("label", { class: "k-option", for: `${id}-${index}` }, inputs[index],
        h("span", {}, option.label, option.hint ? h("span", { class: "k-option-hint", id: `${id}-${index}-h` }, option.hint) : null)),
    ),
  );
  const get = () => {
    const index = inputs.findIndex((input) => input.checked);
    return index < 0 ? null : options[index].value;
  };
  const clear = h("button", { type: "button", class: "k-button k-button-plain k-screen", hidden: true, onclick: () => {
    for (const input of inputs) input.checked = false;
    clear.hidden = true;
    inputs[0].focus();
    changed(null, true);
  } }, labels.clear, h("span", { class: "k-hidden" }, `: ${question.label}`));
  const clearable = !options.some((option) => option.value === "unknown");
  const refresh = () => { clear.hidden = !(clearable && get() !== null); };
  list.addEventListener("change", () => { refresh(); changed(get(), true); });
  return {
    element: group(question, id, described, context.hint, list, clear),
    get,
    set: (value) => { options.forEach((option, index) => { inputs[index].checked = option.value === value; }); refresh(); },
    editing: () => false,
    focus: () => (inputs.find((input) => input.checked) || inputs[0])?.focus(),
  };
}

function boxes(question, context) {
  const { id, described, changed } = context;
  const options = question.options || [];
  const inputs = options.map((option, index) => h("input", { type: "checkbox", id: `${id}-${index}` }));
  const get = () => options.filter((option, index) => inputs[index].checked).map((option) => option.value);
  const list = h(
    "div",
    { class: "k-options k-options-long", onchange: () => changed(get(), true) },
    options.map((option, index) =>
      h("label", { class: "k-option", for: `${id}-${index}` }, inputs[index],
        h("span", {}, option.label, option.hint ? h("span", { class: "k-option-hint" }, option.hint) : null)),
    ),
  );
  return {
    element: group(question, id, described, context.hint, list),
    get,
    set: (value) => options.forEach((option, index) => { inputs[index].checked = (value || []).includes(option.value); }),
    editing: () => false,
    focus: () => inputs[0]?.focus(),
  };
}

function select(question, context) {
  const { id, described, labels, changed } = context;
  const field = h("select", { id, class: "k-input", "aria-describedby": described || null },
    h("option", { value: "" }, labels.choose),
    (question.options || []).map((option) => h("option", { value: option.value }, option.label)));
  field.addEventListener("change", () => changed(field.value || null, true));
  return {
    element: h("div", { class: "k-field" }, h("label", { class: "k-label", for: id }, question.label), context.hint, field),
    get: () => field.value || null,
    set: (value) => { field.value = value ?? ""; },
    editing: () => false,
    focus: () => field.focus(),
  };
}

function levels(question, context) {
  const { id, described, labels, changed } = context;
  const options = question.options || [];
  const make = (end) => h("select", { id: `${id}-${end}`, class: "k-input" },
    h("option", { value: "" }, end === "low" ? labels.choose : labels.same_level),
    options.map((option) => h("option", { value: option.value }, option.label)));
  const low = make("low");
  const high = make("high");
  const rank = (value) => options.findIndex((option) => option.value === value);
  const get = () => {
    if (!low.value) return null;
    if (!high.value || high.value === low.value) return low.value;
    return rank(low.value) <= rank(high.value) ? [low.value, high.value] : [high.value, low.value];
  };
  const refresh = () => { high.disabled = !low.value; if (!low.value) high.value = ""; };
  const list = h("div", { class: "k-levels", onchange: () => { refresh(); changed(get(), true); } },
    h("div", {}, h("label", { class: "k-label k-label-small", for: `${id}-low` }, labels.level_low), low),
    h("div", {}, h("label", { class: "k-label k-label-small", for: `${id}-high` }, labels.level_high), high));
  refresh();
  return {
    element: group(question, id, described, context.hint, list),
    get,
    set: (value) => {
      const [from, to] = Array.isArray(value) ? value : [value, value];
      low.value = from ?? "";
      high.value = to && to !== from ? to : "";
      refresh();
    },
    editing: () => false,
    focus: () => low.focus(),
  };
}

// One text field in all its kinds; `read` turns text into a value or throws a message.
function typed(question, context) {
  const { id, described, labels, changed } = context;
  const long = question.kind === "longtext" || question.kind === "lines";
  const error = h("p", { class: "k-error", id: `${id}-e`, hidden: true });
  const field = h(long ? "textarea" : "input", {
    id,
    class: question.kind === "number" ? "k-input k-input-number" : "k-input",
    type: long ? null : question.kind === "date" ? "date" : "text",
    inputmode: question.kind === "number" ? "decimal" : null,
    rows: long ? 3 : null,
    maxlength: question.maxLength || (long ? 100000 : 2000),
    autocomplete: "off",
    placeholder: long ? " " : null, // so that a style can tell an empty field, as for print
    "aria-describedby": [described, `${id}-e`].filter(Boolean).join(" "),
  });
  let timer = 0;
  let typing = false;
  const get = () => {
    const text = field.value;
    if (question.kind === "lines") return text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (question.kind === "date") return text || null;
    if (question.kind !== "number") return text;
    if (!text.trim()) return null;
    const plain = text.trim().replace(/\s/g, "").replace(",", ".");
    return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
  };
  const commit = (now) => {
    clearTimeout(timer);
    typing = false;
    const value = get();
    const wrong = Number.isNaN(value) || (question.kind === "date" && field.validity && field.validity.badInput);
    error.hidden = !wrong;
    error.textContent = wrong ? (question.kind === "date" ? labels.no_date : labels.no_number) : "";
    field.setAttribute("aria-invalid", wrong ? "true" : "false");
    if (!wrong) changed(value, now);
  };
  field.addEventListener("input", () => {
    typing = true;
    clearTimeout(timer);
    timer = setTimeout(() => commit(false), TYPING);
  });
  field.addEventListener("change", () => { if (typing) commit(true); });
  return {
    element: h("div", { class: "k-field" }, h("label", { class: context.small ? "k-label k-label-small" : "k-label", for: id }, question.label), context.hint, error, field),
    get,
    set: (value) => {
      const text = Array.isArray(value) ? value.join("\n") : String(value ?? "").replace(/^(-?\d+)\.(\d+)$/, (all, whole, rest) =>
        question.kind === "number" && context.language === "nl" ? `${whole},${rest}` : all);
      if (field.value !== text) field.value = text;
    },
    editing: () => typing || document.activeElement === field,
    focus: () => field.focus(),
    stop: () => clearTimeout(timer),
  };
}

function control(question, context) {
  if (question.kind === "choice") return (question.options || []).length > 8 ? select(question, context) : radios(question, context);
  if (question.kind === "several") return boxes(question, context);
  if (question.kind === "level") return levels(question, context);
  return typed(question, context);
}

// ---- A question: control, explanation, proposals, extras, status ------------------------------------------------------

class Question {
  constructor(form, question, id) {
    Object.assign(this, { form, question, id, labels: form.labels });
    this.entry = form.values[question.path] || {};
    this.parts = new Map();
    this.statuses = new Map();
    this.known = new Map();
    this.proposals = h("div", {});
    this.elsewhere = h("p", { class: "k-note k-note-amber", hidden: true });
    this.element = h("div", { class: "k-question", "data-path": question.path });
    this.element.append(...(form.readOnly ? this.reading() : this.writing()).filter(Boolean));
    this.accept(this.entry);
  }

  hint() {
    return this.question.hint ? h("p", { class: "k-hint", id: `${this.id}-hint` }, this.question.hint) : null;
  }

  why() {
    const { why, articles = [], example } = this.question;
    if (!why && !articles.length && !example) return null;
    return h("details", { class: "k-why" },
      h("summary", {}, this.labels.why, h("span", { class: "k-hidden" }, ` ${this.question.label}`)),
      h("div", {},
        why ? h("p", {}, why) : null,
        example ? h("p", {}, h("strong", {}, `${this.labels.example} `), example) : null,
        articles.length ? h("p", {}, h("strong", {}, `${this.labels.articles} `),
          articles.flatMap((article, index) => {
            const shown = article.href && /^(https?:|#)/.test(article.href) ? h("a", { href: article.href }, article.label) : (article.label ?? article);
            return index ? [" · ", shown] : [shown];
          })) : null));
  }

  reading() {
    this.shown = h("div", {});
    return [h("p", { class: "k-label", id: `${this.id}-l` }, this.question.label), this.hint(), this.shown, this.why(), this.proposals];
  }

  writing() {
    const value = this.part("value", this.question, this.question.path);
    const extras = (this.question.extras || []).map((extra) => this.extra(extra));
    return [value.element, this.status("value"), this.proposals, this.elsewhere, ...extras, this.why()];
  }

  part(name, question, path, small = false) {
    const id = `${this.id}-${name}`;
    const hint = name === "value" ? this.hint() : question.hint ? h("p", { class: "k-hint", id: `${id}-hint` }, question.hint) : null;
    const made = control(question, {
      id, small, hint, described: hint ? hint.id : "", labels: this.labels, language: this.form.language,
      changed: (value) => this.change(name, path, value),
    });
    this.parts.set(name, { ...made, path });
    return this.parts.get(name);
  }

  status(name) {
    const part = this.parts.get(name);
    const status = new Status(this.labels, this.form.language, {
      resend: () => this.form.saver.resend(part.path),
      text: () => worded(this.question, this.labels, part.get()),
    });
    this.statuses.set(name, status);
    return h("div", {}, status.line, status.alert);
  }

  extra(name) {
    const kinds = { remark: "longtext", reason: "longtext", evidence: "lines" };
    const question = { kind: kinds[name] || "longtext", label: this.labels[name], hint: name === "evidence" ? this.labels.evidence_hint : "" };
    const part = this.part(name, question, `${parent(this.question.path)}/${name}`, true);
    const body = h("div", { class: "k-extra" }, part.element, this.status(name));
    if (name === "reason") {
      this.reason = body;
      body.hidden = true;
      this.reasonAsked = h("p", { class: "k-hint", hidden: true }, this.labels.reason_asked);
      body.prepend(this.reasonAsked);
      return body;
    }
    const fold = h("details", { class: "k-extra-fold" }, h("summary", {}, this.labels[`${name}_add`], h("span", { class: "k-hidden" }, `: ${this.question.label}`)), body);
    part.fold = fold;
    return fold;
  }

  change(name, path, value) {
    if (same(this.known.get(name), value) && !this.form.saver.busy(path)) return;
    if (name === "value") this.form.changed(this.question.path, value);
    this.form.saver.save(path, [[path, value]]);
    this.refresh();
  }

  value() {
    return this.form.readOnly ? this.entry.value : this.parts.get("value").get();
  }

  // A new entry from Python: from the store, another person or an analysis.
  accept(entry) {
    const before = this.entry;
    this.entry = entry;
    if (this.form.readOnly) {
      this.shown.replaceChildren(...this.read());
    }
    for (const [name, part] of this.parts) {
      const incoming = entry[name] ?? null;
      const fresh = !same(this.known.get(name), incoming);
      this.known.set(name, incoming);
      if (part.editing() || this.form.saver.busy(part.path)) {
        if (fresh && !same(part.get(), incoming)) this.notice(entry, name);
        continue;
      }
      part.set(incoming);
      if (part.fold && answered(this.question, incoming)) part.fold.open = true;
    }
    const status = this.statuses.get("value");
    const own = status?.saved && same(this.saved_value, entry.value); // keeps "saved 14:02" where it is this very answer
    if (status && !own && !this.form.saver.busy(this.question.path) && (entry.at !== before.at || !status.line.textContent)) {
      status.given(entry.author, answered(this.question, entry.value) ? entry.at : "");
    }
    this.refresh();
  }

  read() {
    const { entry, labels, question } = this;
    const line = (label, text) => (text && text.length ? h("p", { class: "k-given" }, h("strong", {}, `${label}: `), Array.isArray(text) ? text.join(", ") : text) : null);
    return [
      h("p", { class: "k-given" }, worded(question, labels, entry.value)),
      line(labels.reason, entry.reason), line(labels.remark, entry.remark), line(labels.evidence, entry.evidence),
      entry.at ? h("p", { class: "k-status" }, fill(entry.author ? labels.given_by : labels.given, {
        author: entry.author, at: moment(entry.at, this.form.language, { dateStyle: "long", timeStyle: "short" }) })) : null,
    ].filter(Boolean);
  }

  notice(entry, name) {
    this.elsewhere.textContent = fill(this.labels.elsewhere, {
      author: entry.author || this.labels.someone, value: worded(this.question, this.labels, entry[name]) });
    this.elsewhere.hidden = false;
  }

  refresh() {
    const value = this.value();
    const proposals = this.entry.proposals || [];
    const deviates = answered(this.question, value) && proposals.length > 0 && !proposals.some((one) => same(one.value, value));
    const asks = deviates || (this.question.options || []).some((option) => option.reason && option.value === value);
    if (this.reason) {
      const has = Boolean(this.parts.get("reason").get());
      this.reason.hidden = !(asks || has);
      this.reasonAsked.hidden = !asks || has;
    }
    const state = JSON.stringify([proposals, value, this.entry.reason, this.deviating]);
    if (state === this.proposed) return;
    this.proposed = state;
    this.proposals.replaceChildren(...this.together(proposals).map((found, index) => this.proposal(found, index, value)));
  }

  // Passages that propose the same answer are one proposal.
  together(proposals) {
    const found = [];
    for (const one of proposals) {
      const alike = found.find(([first]) => same(first.value, one.value));
      if (alike) alike.push(one);
      else found.push([one]);
    }
    return found;
  }

  proposal(found, index, value) {
    const { labels } = this;
    const [one] = found;
    const words = one.label ?? worded(this.question, labels, one.value);
    const id = `${this.id}-p${index}`;
    const taken = same(one.value, value);
    const settled = answered(this.question, value);
    const passages = found.flatMap((passage) => [
      passage.quote ? h("blockquote", { class: "k-quote" }, fill(labels.quoted, { quote: passage.quote })) : null,
      passage.field ? h("p", { class: "k-fine" }, fill(labels.from_field, { field: passage.field })) : null,
    ]);
    const proposed = fill(labels.proposed, { value: words });
    if (settled) {
      return h("details", { class: "k-settled" },
        h("summary", { id }, h("strong", {}, `${proposed}.`), " ", h("span", {}, taken ? labels.accepted : labels.deviated)), ...passages);
    }
    return h("div", { class: "k-proposal", role: "group", "aria-labelledby": id },
      h("p", { id }, h("strong", {}, proposed)),
      ...passages,
      this.form.readOnly || this.deviating === index ? null : h("div", { class: "k-screen" },
        h("button", { type: "button", class: "k-button k-button-main", onclick: () => this.take(one) }, labels.accept,
          h("span", { class: "k-hidden" }, `: ${words}, ${this.question.label}`)),
        h("button", { type: "button", class: "k-button", onclick: () => { this.deviating = index; this.refresh(); this.focusDeviation(); } }, labels.deviate,
          h("span", { class: "k-hidden" }, `: ${this.question.label}`))),
      this.deviating === index ? this.deviation(one, id) : null);
  }

  take(one) {
    const part = this.parts.get("value");
    part.set(one.value);
    this.change("value", part.path, part.get());
    part.focus();
  }

  deviation(one, id) {
    const { labels, question } = this;
    const others = (question.options || []).filter((option) => !same(option.value, one.value) && answered(question, option.value));
    const choice = radios({ ...question, label: labels.your_answer, options: others }, { id: `${id}-d`, labels, changed: () => {}, described: "" });
    if (others.length === 1) choice.set(others[0].value);
    const reason = h("textarea", { class: "k-input", id: `${id}-r`, rows: 3, "aria-describedby": `${id}-e`, maxlength: 100000 });
    const error = h("p", { class: "k-error", id: `${id}-e`, role: "alert", hidden: true });
    const save = () => {
      const missing = !choice.get() ? labels.answer_missing : !reason.value.trim() ? labels.reason_missing : "";
      error.hidden = !missing;
      error.textContent = missing;
      if (missing) return (choice.get() ? reason : choice).focus();
      this.deviating = undefined;
      const part = this.parts.get("value");
      const path = `${parent(question.path)}/reason`;
      part.set(choice.get());
      this.parts.get("reason")?.set(reason.value);
      this.form.changed(question.path, choice.get());
      this.form.saver.save(part.path, [[path, reason.value], [part.path, choice.get()]]);
      this.refresh();
      return part.focus();
    };
    this.focusDeviation = () => (others.length === 1 ? reason.focus() : choice.focus());
    return h("div", {}, others.length ? choice.element : null,
      h("label", { class: "k-label k-label-small", for: `${id}-r` }, labels.reason), error, reason,
      h("div", { class: "k-screen" },
        h("button", { type: "button", class: "k-button k-button-main", onclick: save }, labels.save),
        h("button", { type: "button", class: "k-button", onclick: () => { this.deviating = undefined; this.refresh(); this.parts.get("value").focus(); } }, labels.cancel)));
  }

  focusDeviation() {}

  saved(name, state) {
    const part = this.parts.get(name);
    if (state.state === "saved") {
      if (name === "value") this.saved_value = part.get();
      this.elsewhere.hidden = true;
    }
    (this.statuses.get(name) || this.statuses.get("value")).show(state);
    this.refresh();
  }

  stop() {
    for (const part of this.parts.values()) part.stop?.();
  }
}

// ---- The form ---------------------------------------------------------------------------------------------------------

class Form {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.announcer = new Announcer();
    this.owners = new Map(); // path of a change -> [path of its question, name of the part]
    this.saver = new Saver(model, (path, state) => this.state(path, state));
    this.build();
    this.rebuild = () => this.build();
    this.renew = () => this.receive(model.get("values") || {});
    model.on("change:schema", this.rebuild);
    model.on("change:values", this.renew);
  }

  build() {
    this.questions?.forEach((question) => question.stop());
    const schema = this.model.get("schema") || {};
    this.labels = this.model.get("labels") || {};
    this.language = schema.language || "nl";
    this.readOnly = Boolean(schema.readOnly);
    this.values = this.model.get("values") || {};
    this.questions = new Map();
    this.conditions = [];
    const id = prefix();
    const heading = `h${Math.min(Math.max(schema.level || 3, 2), 5)}`;
    this.banner = h("div", { class: "k-alert k-banner k-screen", hidden: true });
    const groups = (schema.groups || []).map((part, at) => {
      const title = part.title ? h(heading, { id: `${id}-g${at}` }, part.title) : null;
      return h("section", { class: "k-group", "data-group": part.id, "aria-labelledby": title ? title.id : null },
        title, part.intro ? h("p", { class: "k-soft" }, part.intro) : null,
        (part.questions || []).map((question, index) => {
          const made = new Question(this, question, `${id}-${at}-${index}`);
          this.questions.set(question.path, made);
          this.own(question);
          if (question.when) this.conditions.push([question.when, made.element]);
          return made.element;
        }));
    });
    this.root.className = this.questions.size > 60 ? "kader k-form k-long" : "kader k-form";
    this.root.lang = this.language;
    this.root.replaceChildren(this.announcer.element, this.banner, ...groups);
    this.condition();
  }

  own(question) {
    for (const name of ["reason", ...(question.extras || [])]) this.owners.set(`${parent(question.path)}/${name}`, [question.path, name]);
    this.owners.set(question.path, [question.path, "value"]);
  }

  state(path, state) {
    const [owner, name] = this.owners.get(path) || [];
    this.questions.get(owner)?.saved(name, state);
    if (state.state === "saved") {
      this.announcer.say(this.labels.saved_short, 600);
      this.keep(state);
    }
    const failed = this.saver.failed();
    this.banner.hidden = failed.length === 0;
    this.banner.textContent = failed.length ? fill(this.labels.not_saved_count, { n: failed.length }) : "";
  }

  // What is saved becomes the model's value, so that later news about other answers does not bring the old one back.
  keep({ changes, at, author }) {
    const values = { ...this.model.get("values") };
    for (const [path, value] of changes) {
      const [owner, name] = this.owners.get(path) || [];
      if (owner) values[owner] = { ...values[owner], [name]: value, ...(name === "value" && at ? { at, author: author || "" } : {}) };
    }
    this.model.set("values", values);
  }

  changed(path, value) {
    this.values = { ...this.values, [path]: { ...this.values[path], value } };
    this.condition();
  }

  condition() {
    for (const [when, element] of this.conditions) {
      element.hidden = !(when.in || []).includes(this.values[when.path]?.value ?? null);
    }
  }

  receive(values) {
    const before = this.values;
    this.values = values;
    for (const [path, question] of this.questions) {
      const entry = values[path] || {};
      if (!same(entry, before[path] || {}) || !same(entry, question.entry)) question.accept(entry);
    }
    this.condition();
  }

  close() {
    this.questions.forEach((question) => question.stop());
    this.model.off("change:schema", this.rebuild);
    this.model.off("change:values", this.renew);
    this.saver.close();
  }
}

export default {
  initialize({ model }) {
    return keepValues(model);
  },
  render({ model, el }) {
    const root = h("div", {});
    el.append(root);
    const form = new Form(model, root);
    return () => form.close();
  },
};
