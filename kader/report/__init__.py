"""A report: what it says as values (`document`, `build`), how it looks (`html`), many at once (`summary`, `many`)."""
