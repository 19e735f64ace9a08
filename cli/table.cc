#include "cli/table.h"

#include <algorithm>

namespace lif {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kLeastFlexible = 12;

std::vector<size_t> ColumnWidths(const Table& table) {
  std::vector<size_t> widths(table.columns.size(), 0);
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < widths.size(); ++c) {
      widths[c] = std::max(widths[c], DisplayWidth(row[c].text));
    }
  }
  for (size_t c = 0; c < widths.size(); ++c) {
    // 0 stays 0: nothing to show.
    if (widths[c] > 0) widths[c] = std::max(widths[c], DisplayWidth(table.columns[c].title));
  }
  return widths;
}

void FitWidth(const Table& table, size_t width, std::vector<size_t>* widths) {
  size_t total = 0;
  for (const size_t column : *widths) total += column == 0 ? 0 : column + kGap;
  total -= std::min(total, kGap);
  if (width == 0 || total <= width) return;
  for (size_t c = 0; c < widths->size(); ++c) {
    if (!table.columns[c].flexible) continue;
    const size_t excess = std::min(total - width, (*widths)[c]);
    (*widths)[c] = std::max((*widths)[c] - excess, std::min((*widths)[c], kLeastFlexible));
  }
}

std::string RenderRow(const std::vector<Cell>& cells, const Table& table,
                      const std::vector<size_t>& widths, const Style& style) {
  std::string line;
  size_t pending = 0;  // blanks owed, so that lines don't end in them
  for (size_t c = 0; c < cells.size(); ++c) {
    if (widths[c] == 0) continue;
    const std::string text = Shorten(cells[c].text, widths[c], style);
    const size_t padding = widths[c] - std::min(widths[c], DisplayWidth(text));
    if (table.columns[c].right) pending += padding;
    if (!text.empty()) {
      line.append(pending, ' ').append(style.Paint(cells[c].tone, text));
      pending = 0;
    }
    pending += kGap + (table.columns[c].right ? 0 : padding);
  }
  return line + "\n";
}

}  // namespace

std::string RenderTable(const Table& table, const Style& style, size_t width) {
  std::vector<size_t> widths = ColumnWidths(table);
  FitWidth(table, width, &widths);
  std::vector<Cell> titles;
  for (const Column& column : table.columns) titles.emplace_back(column.title, Tone::kDim);
  std::string out = RenderRow(titles, table, widths, style);
  for (const auto& row : table.rows) out += RenderRow(row, table, widths, style);
  return out;
}

std::string RenderFields(const std::vector<Field>& fields, const Style& style, size_t label_width) {
  for (const Field& field : fields) {
    if (!field.value.text.empty()) label_width = std::max(label_width, DisplayWidth(field.label));
  }
  std::string out;
  for (const Field& field : fields) {
    if (field.value.text.empty()) continue;
    std::string label = field.label;
    label.append(label_width - DisplayWidth(field.label), ' ');
    for (size_t from = 0; from <= field.value.text.size();) {
      const size_t end = std::min(field.value.text.find('\n', from), field.value.text.size());
      out.append("  ").append(style.Paint(Tone::kDim, label)).append("  ");
      out.append(style.Paint(field.value.tone, field.value.text.substr(from, end - from)));
      out.push_back('\n');
      label.assign(label_width, ' ');
      from = end + 1;
    }
  }
  return out;
}

}  // namespace lif
