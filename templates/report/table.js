// Search and filters for a table with data-filters. Without this script the table is there, whole.

const WORDS = {
  nl: { search: "Zoeken in deze tabel", all: "alle", shown: (n, m) => `${n} van ${m} getoond` },
  en: { search: "Search this table", all: "all", shown: (n, m) => `${n} of ${m} shown` },
};

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function field(label, control) {
  const box = document.createElement("label");
  box.className = "k-label-small";
  box.append(label, document.createElement("br"), control);
  return box;
}

function choice(head, rows, column, all) {
  const select = document.createElement("select");
  select.className = "k-input";
  const values = [...new Set(rows.map((row) => row.cells[column].textContent.trim()))].filter(Boolean).sort();
  if (values.length < 2) return null;
  select.add(new Option(all, ""));
  for (const value of values) select.add(new Option(value, value));
  return { column, select, box: field(head, select) };
}

function enrich(table, words) {
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => plain(row.textContent));
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const search = document.createElement("input");
  search.type = "search";
  search.className = "k-input";
  const choices = table.dataset.filters.split(" ").map(Number)
    .map((column) => choice(heads[column], rows, column, words.all)).filter(Boolean);
  const status = document.createElement("p");
  status.className = "k-status";
  status.setAttribute("role", "status");

  const apply = () => {
    const parts = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = parts.every((part) => texts[index].includes(part)) &&
        choices.every(({ column, select }) => !select.value || row.cells[column].textContent.trim() === select.value);
      row.hidden = !fits;
      shown += fits;
    });
    status.textContent = words.shown(shown, rows.length);
  };

  const bar = document.createElement("form");
  bar.className = "k-filters k-screen";
  bar.setAttribute("role", "search");
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("input", apply);
  bar.append(field(words.search, search), ...choices.map(({ box }) => box));
  const around = table.closest(".k-scroll") ?? table;
  around.before(bar, status);
  apply();
}

export function enhance(root, language) {
  const words = WORDS[language ?? document.documentElement.lang] ?? WORDS.nl;
  for (const table of root.querySelectorAll("table[data-filters]")) enrich(table, words);
}

export default {
  render({ model, el }) {
    el.innerHTML = model.get("html");
    enhance(el, model.get("language"));
  },
};
