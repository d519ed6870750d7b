/* global h, fill, same, prefix, moment, keepValues, Saver, Status, Announcer -- from saving.js, put before this text */

const AXES = ["likelihood", "impact"];

class Matrix {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.stage = "inherent";
    this.announcer = new Announcer();
    this.saver = new Saver(model, (path, state) => this.state(path, state));
    this.build();
    this.rebuild = () => this.build();
    this.renew = () => this.receive();
    model.on("change:schema", this.rebuild);
    model.on("change:values", this.renew);
  }

  build() {
    const schema = this.model.get("schema") || {};
    Object.assign(this, {
      schema,
      labels: this.model.get("labels") || {},
      values: this.model.get("values") || {},
      readOnly: Boolean(schema.readOnly),
      language: schema.language || "nl",
      levels: schema.levels || [],
      id: prefix(),
      chips: new Map(),
      rows: new Map(),
      cells: new Map(),
      places: new Map(),
    });
    const { id, labels } = this;
    this.unscored = h("ul", { class: "k-chips" });
    this.unscoredBox = h("div", { class: "k-unscored" }, h("p", { id: `${id}-u` }, labels.unscored), this.unscored);
    const help = h("p", { class: "k-hint k-screen", id: `${id}-help` }, labels.help);
    this.root.className = (schema.risks || []).length > 60 ? "kader k-form k-long" : "kader k-form";
    this.root.lang = this.language;
    this.root.replaceChildren(
      this.announcer.element,
      h("div", { class: "k-moves" },
        h("div", {}, this.stages(), this.readOnly ? null : help, h("div", { class: "k-scroll" }, this.table()), h("p", { class: "k-fine" }, `⚑ ${labels.tail}`), this.unscoredBox),
        h("ul", { class: "k-scores" }, (schema.risks || []).map((risk) => this.row(risk)))),
    );
    for (const risk of schema.risks || []) this.chips.set(risk.id, this.chip(risk));
    this.place();
  }

  word(level) {
    return this.levels.find((one) => one.value === level)?.label ?? level;
  }

  sign(level) {
    const at = this.rank(level);
    return this.levels.map((one, index) => (index <= at ? "●" : "○")).join("");
  }

  rank(level) {
    return this.levels.findIndex((one) => one.value === level);
  }

  risk(likelihood, impact) {
    return this.schema.matrix?.[impact]?.[likelihood];
  }

  score(risk, stage = this.stage) {
    return this.values[risk]?.[stage] || null;
  }

  stages() {
    const { labels, id } = this;
    return h("fieldset", { class: "k-stages k-screen" }, h("legend", {}, labels.stage),
      (this.schema.stages || []).map((stage) =>
        h("label", { class: "k-option" },
          h("input", { type: "radio", name: `${id}-stage`, value: stage, checked: stage === this.stage, onchange: () => { this.stage = stage; this.place(); this.announcer.say(this.caption.textContent); } }),
          h("span", {}, labels[stage]))));
  }

  table() {
    const { labels } = this;
    this.caption = h("caption", {});
    const head = h("tr", {}, h("td", {}), this.levels.map((impact) => h("th", { scope: "col" }, `${labels.impact}: ${impact.label}`)));
    const body = [...this.levels].reverse().map((likelihood) =>
      h("tr", {}, h("th", { scope: "row" }, `${labels.likelihood}: ${likelihood.label}`),
        this.levels.map((impact) => this.cell(likelihood.value, impact.value))));
    return h("table", { class: "k-matrix" }, this.caption, h("thead", {}, head), h("tbody", {}, body));
  }

  cell(likelihood, impact) {
    const level = this.risk(likelihood, impact);
    const list = h("ul", { class: "k-chips" });
    const cell = h("td", { class: `k-level-${level}` },
      h("span", { class: "k-cell-level" }, h("span", { class: "k-mark", "aria-hidden": "true" }, this.sign(level)), ` ${this.word(level)}`), list);
    this.cells.set(`${likelihood}/${impact}`, list);
    this.places.set(cell, { likelihood: [likelihood, likelihood], impact: [impact, impact] });
    return cell;
  }

  chip(risk) {
    const button = h("button", { type: "button", class: "k-chip", "aria-describedby": this.readOnly ? null : `${this.id}-help`, "data-risk": risk.id });
    button.addEventListener("click", () => { if (!this.dragged) this.open(risk.id); });
    if (!this.readOnly) {
      this.draggable(button, risk.id);
      button.addEventListener("keydown", (event) => {
        const step = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        this.move(risk.id, ...step);
      });
    }
    return { button, item: h("li", {}, button) };
  }

  // By pointer events: these work for a mouse, a pen and a finger alike, and for buttons in every browser.
  draggable(button, risk) {
    let from = null;
    let over = null;
    const mark = (cell) => {
      if (over !== cell) over?.classList.remove("k-over");
      over = cell;
      over?.classList.add("k-over");
    };
    const end = () => {
      from = null;
      mark(null);
      button.style.removeProperty("transform");
      button.classList.remove("k-dragging");
    };
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.dragged = false;
      from = [event.pageX, event.pageY];
      button.setPointerCapture(event.pointerId);
    });
    button.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y] = [event.pageX - from[0], event.pageY - from[1]];
      if (!this.dragged && Math.hypot(x, y) < 6) return;
      this.dragged = true;
      button.classList.add("k-dragging");
      button.style.transform = `translate(${x}px, ${y}px)`;
      const under = document.elementsFromPoint(event.clientX, event.clientY).find((element) => this.places.has(element));
      mark(under || null);
    });
    button.addEventListener("pointerup", () => {
      const cell = over;
      const moved = Boolean(from) && this.dragged;
      end();
      if (moved && cell) this.save(risk, this.places.get(cell));
    });
    button.addEventListener("pointercancel", end);
    button.addEventListener("keydown", (event) => { this.dragged = false; if (event.key === "Escape") end(); });
  }

  open(risk) {
    const row = this.rows.get(risk);
    row.element.scrollIntoView({ block: "nearest" });
    (row.selects.likelihood?.[0] || row.heading).focus();
  }

  move(risk, up, right) {
    const score = this.score(risk) || this.values[risk]?.proposed;
    const middle = this.levels[Math.floor(this.levels.length / 2)].value;
    if (!this.score(risk)) {
      // The first key puts it on the board: where it is proposed, or in the middle.
      const start = score || { likelihood: [middle, middle], impact: [middle, middle] };
      return this.save(risk, { likelihood: start.likelihood, impact: start.impact });
    }
    const shifted = (ends, step) => ends.map((end) => this.rank(end) + step);
    const next = { likelihood: shifted(score.likelihood, up), impact: shifted(score.impact, right) };
    const inside = AXES.every((axis) => next[axis].every((at) => at >= 0 && at < this.levels.length));
    if (!inside) return this.announcer.say(this.labels.edge, 0);
    const named = (ats) => ats.map((at) => this.levels[at].value);
    return this.save(risk, { likelihood: named(next.likelihood), impact: named(next.impact) });
  }

  row(risk) {
    const { labels } = this;
    const heading = h(`h${this.schema.level || 3}`, { class: "k-score-name", tabindex: "-1" }, `${risk.id} ${risk.name}`);
    const selects = {};
    const axes = AXES.map((axis) => {
      selects[axis] = this.readOnly ? null : ["low", "high"].map((end) => {
        const field = h("select", { class: "k-input" }, h("option", { value: "" }, end === "low" ? labels.choose : labels.same_level),
          this.levels.map((level) => h("option", { value: level.value }, level.label)));
        field.addEventListener("change", () => this.chosen(risk.id, axis));
        return field;
      });
      if (this.readOnly) return null;
      return h("fieldset", { class: "k-axis" }, h("legend", {}, labels[axis], h("span", { class: "k-hidden" }, `, ${risk.id} ${risk.name}`)),
        selects[axis].map((field, index) => h("label", {}, index ? labels.level_high : labels.level_low, " ", field)));
    });
    const outcome = h("p", {});
    const extra = h("div", {});
    const status = new Status(labels, this.language, {
      resend: () => this.saver.resend(`${risk.id}/${this.stage}`),
      text: () => this.said(risk.id),
    });
    const element = h("li", { class: "k-score", "data-path": `risks/${risk.id}` }, heading,
      risk.description ? h("p", { class: "k-soft" }, risk.description) : null, outcome,
      h("div", { class: "k-axes" }, axes.filter(Boolean)), extra, status.line, status.alert);
    this.rows.set(risk.id, { element, heading, selects, outcome, extra, status, risk });
    return element;
  }

  chosen(risk, axis) {
    const { selects } = this.rows.get(risk);
    const all = [this.levels[0].value, this.levels[this.levels.length - 1].value];
    const read = (one) => {
      const [low, high] = selects[one].map((field) => field.value);
      if (!low) return null;
      const ends = [low, high || low];
      return this.rank(ends[0]) <= this.rank(ends[1]) ? ends : ends.reverse();
    };
    const ends = Object.fromEntries(AXES.map((one) => [one, read(one)]));
    if (!ends[axis]) return this.save(risk, null);
    // The other axis is not known yet: from the lowest to the highest, and the worst counts.
    return this.save(risk, { likelihood: ends.likelihood || all, impact: ends.impact || all });
  }

  save(risk, score) {
    if (this.readOnly) return;
    const focused = document.activeElement === this.chips.get(risk).button;
    this.values = { ...this.values, [risk]: { ...this.values[risk], [this.stage]: score } };
    this.place(risk);
    if (focused) this.chips.get(risk).button.focus();
    this.announcer.say(this.said(risk), 0);
    this.saver.save(`${risk}/${this.stage}`, [[`${risk}/${this.stage}`, score]]);
  }

  ends([low, high]) {
    return low === high ? this.word(low) : fill(this.labels.between, { low: this.word(low), high: this.word(high) });
  }

  said(risk) {
    const score = this.score(risk);
    const name = `${risk} ${this.rows.get(risk).risk.name}`;
    if (!score) return fill(this.labels.said_none, { name });
    const level = this.risk(score.likelihood[1], score.impact[1]);
    return fill(this.labels.said, { name, likelihood: this.ends(score.likelihood), impact: this.ends(score.impact), level: this.word(level) });
  }

  // Put every risk (or one) where it belongs at this stage.
  place(only) {
    const { labels, stage } = this;
    this.caption.textContent = fill(labels.caption, { stage: labels[stage] });
    for (const [risk, { button, item }] of this.chips) {
      if (only && risk !== only) continue;
      const score = this.score(risk);
      const list = score ? this.cells.get(`${score.likelihood[1]}/${score.impact[1]}`) : this.unscored;
      if (item.parentElement !== list) list.append(item);
      const unsure = score && AXES.some((axis) => score[axis][0] !== score[axis][1]);
      const tail = score && this.rank(score.likelihood[1]) === 0 && this.rank(score.impact[1]) === this.levels.length - 1;
      button.replaceChildren(risk, ...[unsure && "↔", tail && "⚑"].filter(Boolean).map((mark) => h("span", { class: "k-mark", "aria-hidden": "true" }, mark)),
        h("span", { class: "k-hidden" }, this.said(risk).slice(risk.length)));
      button.title = this.rows.get(risk).risk.name;
      this.line(risk, score);
    }
    this.unscoredBox.hidden = this.unscored.children.length === 0;
  }

  line(risk, score) {
    const { labels } = this;
    const { selects, outcome, extra, status } = this.rows.get(risk);
    const proposed = this.values[risk]?.proposed;
    if (score) {
      const level = this.risk(score.likelihood[1], score.impact[1]);
      const tone = ["green", "amber", "red"][this.rank(level)];
      outcome.replaceChildren(h("span", { class: `k-badge k-tone-${tone}` }, h("span", { class: "k-mark", "aria-hidden": "true" }, this.sign(level)), fill(labels.outcome, { level: this.word(level) })),
        this.readOnly ? ` ${labels.likelihood}: ${this.ends(score.likelihood)}, ${labels.impact}: ${this.ends(score.impact)}` : "");
    } else outcome.replaceChildren(h("span", { class: "k-badge k-tone-blue" }, h("span", { class: "k-mark", "aria-hidden": "true" }, "?"), labels.no_score));
    for (const axis of AXES) {
      if (!selects[axis]) continue;
      const [low, high] = score ? score[axis] : ["", ""];
      selects[axis][0].value = low;
      selects[axis][1].value = high === low ? "" : high;
      selects[axis][1].disabled = !low;
    }
    const differs = proposed && !(score && AXES.every((axis) => same(score[axis], proposed[axis])));
    const key = JSON.stringify([differs, proposed, Boolean(score), this.stage]);
    if (extra.dataset.key !== key) {
      extra.dataset.key = key;
      extra.replaceChildren(...(differs && this.stage === "inherent" ? [this.proposal(risk, proposed, score)] : []));
    }
    const given = this.values[risk] || {};
    if (!status.saved && !this.saver.busy(`${risk}/${this.stage}`)) status.given(given.author, score ? given.at : "");
  }

  proposal(risk, proposed, score) {
    const { labels } = this;
    const why = this.values[risk]?.why || [];
    return h("div", { class: "k-proposal", role: "group", "aria-label": `${labels.proposal}: ${risk}` },
      h("p", {}, h("strong", {}, fill(labels.proposed_score, { likelihood: this.ends(proposed.likelihood), impact: this.ends(proposed.impact) }))),
      why.length ? h("ul", {}, why.map((reason) => h("li", {}, reason))) : null,
      this.readOnly || score ? null : h("button", { type: "button", class: "k-button", onclick: () => {
        this.save(risk, { likelihood: proposed.likelihood, impact: proposed.impact });
        this.rows.get(risk).selects.likelihood[0].focus();
      } }, labels.accept, h("span", { class: "k-hidden" }, `: ${risk}`)));
  }

  state(path, state) {
    const [risk, stage] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
    this.rows.get(risk)?.status.show(state);
    if (state.state !== "saved") return;
    this.announcer.say(`${this.said(risk)} ${this.labels.saved_short}`, 900);
    const values = { ...this.model.get("values") };
    values[risk] = { ...values[risk], [stage]: state.changes[0][1], ...(state.at ? { at: state.at, author: state.author || "" } : {}) };
    this.model.set("values", values);
  }

  receive() {
    const incoming = this.model.get("values") || {};
    const merged = { ...incoming };
    for (const risk of this.chips.keys()) {
      for (const stage of this.schema.stages || []) {
        // What is on its way to the server stays on the board.
        if (this.saver.busy(`${risk}/${stage}`)) merged[risk] = { ...merged[risk], [stage]: this.score(risk, stage) };
      }
    }
    const focused = document.activeElement;
    const had = this.root.contains(focused) && focused.dataset?.risk;
    this.values = merged;
    this.place();
    if (had) focused.focus();
  }

  close() {
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
    const matrix = new Matrix(model, root);
    return () => matrix.close();
  },
};
