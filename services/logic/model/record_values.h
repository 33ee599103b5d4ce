#ifndef SAIL_LOGIC_MODEL_RECORD_VALUES_H_
#define SAIL_LOGIC_MODEL_RECORD_VALUES_H_

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

class DataEncryption;

struct ColumnValue {
  const Attribute* attribute = nullptr;
  ColumnText text;
};

struct CollectionValue {
  const Attribute* attribute = nullptr;
  // Keys of the children as column texts, distinct, in the order given. Records of these keys need not exist.
  std::vector<std::string> ids;
};

// Values that passed validation, ready for a statement. Unknown attributes are gone.
struct RecordValues {
  // In attribute order. Of a new record: every attribute with a column but an automatic primary key that was
  // not given. Of values to set: those given, and the automatic updatedAt.
  std::vector<ColumnValue> columns;
  // Those given, in attribute order. Of a new record: empty lists are left out.
  std::vector<CollectionValue> collections;
  // Of values to set: the values in the order given, coerced, without collections and without the primary
  // key, as JSON members ("name":"x","age":1; empty if there are none): what the `updated` event publishes
  // before id and updatedAt.
  std::string published_members;
};

// The record that `values` describe: defaults, automatic timestamps (`now_ms`: milliseconds since the epoch)
// and base values fill what is missing. Errors are usage errors E_INVALID_NEW_RECORD (usage_error.h) for the
// first offending attribute in the order given, then for the first missing required one in attribute order.
absl::StatusOr<RecordValues> NormaliseNewRecord(const Model& model, const boost::json::object& values,
                                                int64_t now_ms, const DataEncryption* encryption = nullptr);

// The changes that `values` ask for. A primary key in them is ignored: blueprints never change one. Errors
// are E_INVALID_VALUES_TO_SET.
absl::StatusOr<RecordValues> NormaliseValuesToSet(const Model& model, const boost::json::object& values,
                                                  int64_t now_ms, const DataEncryption* encryption = nullptr);

// The ids of an association call (add, remove, replace): one key or an array of them, of the target's key
// type. E_INVALID_ASSOCIATED_IDS otherwise. A null pointer stands for "not given".
absl::StatusOr<std::vector<std::string>> NormaliseAssociatedIds(const Model& target,
                                                                const boost::json::value* ids);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_RECORD_VALUES_H_
