// Tables and lists of fields as text. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/style.h"

namespace lif {

struct Cell {
  Cell(std::string cell_text = "", Tone cell_tone = Tone::kPlain)
      : text(std::move(cell_text)), tone(cell_tone) {}
  Cell(const char* cell_text) : text(cell_text) {}

  std::string text;
  Tone tone = Tone::kPlain;
};

struct Column {
  std::string title;      // in capitals
  bool right = false;     // numbers
  bool flexible = false;  // may be shortened to fit the terminal; at most one
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // as many cells as columns
};

// One line a row under a line of titles, two blanks between columns. With `width` over 0 the
// flexible column is shortened so that lines fit, but not below 12. A column that is empty in every
// row is left out.
std::string RenderTable(const Table& table, const Style& style, size_t width = 0);

struct Field {
  std::string label;
  Cell value;  // of several lines: the others stand under the first
};

// "  label  value" lines, labels in one column of at least `label_width`; fields without a value
// are left out.
std::string RenderFields(const std::vector<Field>& fields, const Style& style,
                         size_t label_width = 0);

}  // namespace lif
