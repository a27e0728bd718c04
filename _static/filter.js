/* Filters the list of verdicts by what is typed; without this script the list is complete. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const list of document.querySelectorAll(".verdict-list")) {
    const [line, field, said] = [".filter", "input", "output"].map((part) => list.querySelector(part));
    const rows = [...list.querySelectorAll("tbody tr")];
    const titleOf = (row) => row.closest("section").querySelector("h3, summary").textContent;
    const textOf = (row) => `${titleOf(row)} ${row.textContent}`;
    const texts = rows.map((row) => textOf(row).toLowerCase());
    line.hidden = false;
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
      });
      for (const group of list.querySelectorAll("section")) {
        group.hidden = !group.querySelector("tbody tr:not([hidden])");
        group.querySelectorAll("details").forEach((folded) => (folded.open = words.length > 0));
      }
      const left = rows.filter((row) => !row.hidden).length;
      said.textContent = words.length ? `${left} of ${rows.length} verdicts` : "";
    });
  }
});
