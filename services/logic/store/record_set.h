#ifndef SAIL_LOGIC_STORE_RECORD_SET_H_
#define SAIL_LOGIC_STORE_RECORD_SET_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/result.h"
#include "services/logic/store/read_plan.h"

namespace sail::logic {

// The rows that a ReadPlan's statement gave, as records with their children. Immutable.
class RecordSet {
 public:
  // No record.
  RecordSet() = default;
  RecordSet(std::shared_ptr<const ReadPlan> plan, platform::postgres::Result rows);

  int size() const { return size_; }

  // The record as JSON, keys in Sails' order: populated collections, then attributes in model order,
  // populated to-ones in place. Written straight from the column texts.
  void AppendRecord(int record, std::string* out) const;
  // The same as an array.
  std::string ArrayJson() const;

  // The value of one association alone: an array, an object or null.
  void AppendAssociation(int record, size_t association, std::string* out) const;

  std::string_view Key(int record) const { return KeyOfRow(0, record); }

  // The associations that came along, in the order of the query.
  size_t associations() const { return plan_ == nullptr ? 0 : plan_->branches.size() - 1; }
  const Attribute& association(size_t i) const { return *plan_->branches[i + 1].association; }
  // The keys of the children; of a to-one none or one.
  std::vector<std::string_view> ChildKeys(int record, size_t association) const;

  // The text of an attribute of the record; nothing where it is NULL or was not read.
  ColumnText Text(int record, const Attribute& attribute) const;

 private:
  std::string_view KeyOfRow(size_t branch, int row) const;
  void AppendRow(size_t branch, int row, int record, std::string* out) const;
  // Rows [first, second) hold the children.
  std::pair<int, int> Children(int record, size_t association) const;

  std::shared_ptr<const ReadPlan> plan_;
  platform::postgres::Result rows_;
  int size_ = 0;
  // Of association i the children of record r start at starts_[i * size_ + r]; one more entry ends the last.
  std::vector<int> starts_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_RECORD_SET_H_
