// A fragment of HTML from the server, renewed in place: focus, scroll and what is folded open stay as they are.

function key(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  return node.getAttribute("data-key") || node.id || "";
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);
}

function attributes(now, next) {
  const details = now.nodeName === "DETAILS";
  for (const { name } of [...now.attributes]) {
    if (details && name === "open") continue; // a person opened it
    if (!next.hasAttribute(name)) now.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (details && name === "open") continue;
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
}

// Make the children of `now` those of `next`, keeping every node that is still there.
function morph(now, next) {
  const keyed = new Map([...now.children].filter((child) => key(child)).map((child) => [key(child), child]));
  let at = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    let have = key(wanted) ? keyed.get(key(wanted)) : at;
    if (have && !key(wanted)) while (have && key(have) && !alike(have, wanted)) have = have.nextSibling;
    if (have && alike(have, wanted)) {
      if (have !== at) now.insertBefore(have, at);
      if (have.nodeType === Node.ELEMENT_NODE) {
        attributes(have, wanted);
        morph(have, wanted);
      } else if (have.nodeValue !== wanted.nodeValue) have.nodeValue = wanted.nodeValue;
      at = have.nextSibling;
    } else {
      now.insertBefore(wanted, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // escaped by the server; scripts in it do not run
  return template.content;
}

// Links within the page: JupyterLab and Voilà scroll another element than the window, and a question is found by its
// path in the document.
function follow(event) {
  const link = event.target.closest?.("a[href^='#']");
  if (!link) return;
  const name = decodeURIComponent(link.getAttribute("href").slice(1));
  if (!name) return;
  const target =
    document.querySelector(`[data-path="${CSS.escape(name)}"]`) || document.querySelector(`[data-group="${CSS.escape(name)}"]`) || document.getElementById(name);
  if (!target) return;
  event.preventDefault();
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target.scrollIntoView({ block: "start" });
  const control = target.matches("[data-path]") && (target.querySelector("input:checked") || target.querySelector("input, select, textarea"));
  if (!control && !target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  (control || target).focus({ preventScroll: true });
}

const WIDE = "(min-width: 75em)"; // as in kader.css: from here on the columns stand beside each other

function render({ model, el }) {
  const root = document.createElement("div");
  const body = document.createElement("div");
  const news = document.createElement("div");
  news.setAttribute("role", "status");
  news.className = "k-hidden";
  const place = model.get("place");
  root.className = `kader k-panel k-place-${place}`;
  root.lang = model.get("language");
  body.className = "k-fold-body";
  let stop = () => {};
  if (place === "main") root.append(body, news);
  else {
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    fold.className = "k-fold";
    const title = () => { summary.textContent = model.get("title"); };
    title();
    model.on("change:title", title);
    fold.append(summary, body);
    root.append(fold, news);
    root.setAttribute("role", place === "nav" ? "navigation" : "complementary");
    root.setAttribute("aria-label", model.get("label") || model.get("title"));
    const wide = matchMedia(WIDE);
    const fit = () => { fold.open = wide.matches; };
    const printing = () => { fold.open = true; };
    wide.addEventListener("change", fit);
    window.addEventListener("beforeprint", printing);
    window.addEventListener("afterprint", fit);
    fit();
    const close = (event) => { if (event.key === "Escape" && !wide.matches && fold.open) { fold.open = false; summary.focus(); } };
    root.addEventListener("keydown", close);
    stop = () => {
      model.off("change:title", title);
      wide.removeEventListener("change", fit);
      window.removeEventListener("beforeprint", printing);
      window.removeEventListener("afterprint", fit);
    };
  }
  const show = () => morph(body, parsed(model.get("html")));
  let timer = 0;
  const say = () => {
    clearTimeout(timer);
    news.textContent = "";
    timer = setTimeout(() => { news.textContent = model.get("announce"); }, 150); // a pause, or the same words are not read twice
  };
  show();
  root.addEventListener("click", follow);
  model.on("change:html", show);
  model.on("change:announced", say);
  el.append(root);
  return () => {
    clearTimeout(timer);
    stop();
    model.off("change:html", show);
    model.off("change:announced", say);
  };
}

export default { render };
