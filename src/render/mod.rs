//! From a neutral grid to table, CSV, TSV and Markdown; the only home of glyphs.
