// The members of a JSON object of the cluster's, by name, without a tree.
#ifndef SAIL_PUBSUB_JSON_MEMBERS_H_
#define SAIL_PUBSUB_JSON_MEMBERS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "platform/json/json_scan.h"

namespace sail::pubsub {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// Views point into the text, which must outlive this. What is absent is empty.
class JsonMembers {
 public:
  // INVALID_ARGUMENT: not an object.
  static absl::StatusOr<JsonMembers> Of(std::string_view json);

  std::string_view Raw(std::string_view name) const;
  // A string, or a number's digits: ids and rooms of Node may be either.
  std::string Text(std::string_view name) const { return TextOf(Raw(name)); }
  bool IsTrue(std::string_view name) const { return Raw(name) == "true"; }
  // 0 for what is no integer.
  int64_t Integer(std::string_view name) const;
  // Appends the elements of an array of texts. INVALID_ARGUMENT: something else.
  absl::Status Texts(std::string_view name, Strings* texts) const;

  static std::string TextOf(std::string_view raw);

 private:
  explicit JsonMembers(std::vector<platform::json::JsonMember> members) : members_(std::move(members)) {}

  std::vector<platform::json::JsonMember> members_;
};

// Appends ["a","b"].
void AppendJsonStrings(const Strings& strings, std::string* json);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_JSON_MEMBERS_H_
