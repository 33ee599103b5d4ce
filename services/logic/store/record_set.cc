#include "services/logic/store/record_set.h"

#include <charconv>
#include <utility>

#include "platform/json/json_text.h"
#include "services/logic/store/column_json.h"

namespace sail::logic {
namespace {

int Number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

RecordSet::RecordSet(std::shared_ptr<const ReadPlan> plan, platform::postgres::Result rows)
    : plan_(std::move(plan)), rows_(std::move(rows)) {
  if (plan_->first_column == 0) {
    size_ = rows_.rows();
    return;
  }
  while (size_ < rows_.rows() && rows_.Text(size_, 0) == "0") ++size_;
  const int slots = static_cast<int>(associations()) * size_;
  starts_.assign(static_cast<size_t>(slots) + 1, rows_.rows());
  int filled = 0;
  for (int row = size_; row < rows_.rows(); ++row) {
    const int slot = (Number(rows_.Text(row, 0)) - 1) * size_ + Number(rows_.Text(row, 1)) - 1;
    if (slot < 0 || slot >= slots) break;  // no record of ours: a plan that numbers wrongly
    while (filled <= slot) starts_[static_cast<size_t>(filled++)] = row;
  }
}

std::pair<int, int> RecordSet::Children(int record, size_t association) const {
  const size_t slot = association * static_cast<size_t>(size_) + static_cast<size_t>(record);
  return {starts_[slot], starts_[slot + 1]};
}

std::string_view RecordSet::KeyOfRow(size_t branch, int row) const {
  return rows_.Text(row, plan_->first_column + static_cast<int>(plan_->branches[branch].key_column));
}

std::vector<std::string_view> RecordSet::ChildKeys(int record, size_t association) const {
  std::vector<std::string_view> keys;
  const auto [first, end] = Children(record, association);
  for (int row = first; row < end; ++row) keys.push_back(KeyOfRow(association + 1, row));
  return keys;
}

ColumnText RecordSet::Text(int record, const Attribute& attribute) const {
  const auto& columns = plan_->branches[0].columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    const int column = plan_->first_column + static_cast<int>(i);
    if (columns[i] == &attribute && !rows_.IsNull(record, column))
      return std::string(rows_.Text(record, column));
  }
  return std::nullopt;
}

void RecordSet::AppendAssociation(int record, size_t association, std::string* out) const {
  const auto [first, end] = Children(record, association);
  if (plan_->branches[association + 1].association->is_to_one()) {
    if (first == end) {
      *out += "null";
    } else {
      AppendRow(association + 1, first, -1, out);
    }
    return;
  }
  out->push_back('[');
  for (int row = first; row < end; ++row) {
    if (row > first) out->push_back(',');
    AppendRow(association + 1, row, -1, out);
  }
  out->push_back(']');
}

// record is -1 for a child, which has no populated associations.
void RecordSet::AppendRow(size_t branch, int row, int record, std::string* out) const {
  char separator = '{';
  const auto key = [&](const Attribute& attribute) {
    out->push_back(separator);
    separator = ',';
    platform::json::AppendJsonString(attribute.name, out);
    out->push_back(':');
  };
  const size_t populated = record < 0 ? 0 : associations();
  for (size_t i = 0; i < populated; ++i) {
    if (!association(i).is_collection()) continue;
    key(association(i));
    AppendAssociation(record, i, out);
  }
  const auto& columns = plan_->branches[branch].columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Attribute& attribute = *columns[i];
    if (attribute.hidden) continue;
    key(attribute);
    size_t to_one = populated;
    for (size_t j = 0; attribute.is_to_one() && j < populated; ++j) {
      if (&association(j) == &attribute) to_one = j;
    }
    const int column = plan_->first_column + static_cast<int>(i);
    if (to_one < populated) {
      AppendAssociation(record, to_one, out);
    } else if (rows_.IsNull(row, column)) {
      *out += "null";
    } else {
      AppendColumnJson(attribute, rows_.Text(row, column), out);
    }
  }
  *out += separator == '{' ? "{}" : "}";
}

void RecordSet::AppendRecord(int record, std::string* out) const { AppendRow(0, record, record, out); }

std::string RecordSet::ArrayJson() const {
  std::string json = "[";
  for (int record = 0; record < size_; ++record) {
    if (record > 0) json.push_back(',');
    AppendRecord(record, &json);
  }
  json.push_back(']');
  return json;
}

}  // namespace sail::logic
