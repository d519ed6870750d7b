// The dashboard's page: language, theme, progress in words, and the landmarks that Voilà's own shell takes apart.
(() => {
  const root = document.documentElement;
  const english = () => root.lang === "en";
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  let said = 0;
  window.kader = {
    // Cell by cell; spoken at most once every three seconds.
    progress(index, count) {
      const bar = document.getElementById("loading_progress");
      const text = document.getElementById("loading_text");
      if (bar) {
        bar.max = count;
        bar.value = index;
        bar.setAttribute("aria-label", english() ? "Loading" : "Laden");
      }
      if (text && (Date.now() - said > 3000 || index === count)) {
        said = Date.now();
        text.textContent = english() ? `Part ${index} of ${count} is being prepared …` : `Deel ${index} van ${count} wordt klaargezet …`;
      }
    },
    busy() {
      const text = document.getElementById("loading_text");
      if (text) text.textContent = english() ? "This takes a little longer than usual …" : "Dit duurt iets langer dan anders …";
    },
  };

  function themeButton() {
    const button = document.getElementById("kader-theme");
    if (!button) return;
    const show = () => button.querySelectorAll("[data-when]").forEach((words) => { words.hidden = (words.dataset.when === "dark") !== dark(); });
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("kader-theme", root.dataset.theme); } catch (error) { /* private mode: for this page only */ }
      show();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    show();
  }

  function languageLink() {
    const link = document.getElementById("kader-language");
    if (!link) return;
    const query = new URLSearchParams(location.search);
    query.set("language", english() ? "nl" : "en");
    link.href = `?${query}`;
  }

  // Voilà moves the cells out of the page's own <main> into a shell at the end of <body>: that shell becomes the main
  // landmark, the cells become one grid, and the footer goes behind it again.
  function landmarks() {
    const cells = document.getElementById("rendered_cells");
    if (!cells) return;
    if (!document.getElementById("kader-main")) {
      cells.setAttribute("role", "main");
      const anchor = document.createElement("span");
      anchor.id = "kader-main";
      anchor.tabIndex = -1;
      cells.prepend(anchor);
    }
    const grid = document.querySelector("[cell-index]")?.parentElement || document.querySelector("#rendered_cells .jp-Cell")?.parentElement;
    if (grid) grid.classList.add("kader", "k-cells");
    const foot = document.getElementById("kader-foot");
    if (foot && document.body.lastElementChild !== foot) document.body.append(foot);
  }

  // Called right under the masthead: the rest of the page arrives cell by cell, which may take a while.
  window.kader.masthead = () => {
    themeButton();
    languageLink();
  };

  function start() {
    landmarks();
    new MutationObserver(() => landmarks()).observe(document.body, { childList: true, subtree: false });
    const cells = document.getElementById("rendered_cells");
    if (cells) new MutationObserver(() => landmarks()).observe(cells, { childList: true, subtree: true });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
