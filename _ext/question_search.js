// How the site's search ranks what it found. The points are Sphinx's own; `score` is the book's.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  // A result is [page, title, anchor, description, points, file].
  score: (result) => {
    const [page, title, anchor, , points] = result;
    if (!anchor) return points;
    const { alltitles, docnames, indexentries } = Search._index;
    const leadsThere = ([file, id]) => docnames[file] === page && `#${id}` === anchor;
    const named = (names) => Object.keys(names).find((name) => names[name].some(leadsThere));
    // A term of the glossary is no heading.
    const heading = named(alltitles) ?? named(indexentries);
    if (heading && !title.endsWith(heading)) result[1] = `${title} > ${heading}`;
    return page === "chapters/questions" ? points + 100 : points;
  },
};
