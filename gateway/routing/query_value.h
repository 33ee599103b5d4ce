#ifndef SAIL_GATEWAY_ROUTING_QUERY_VALUE_H_
#define SAIL_GATEWAY_ROUTING_QUERY_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sail::gateway {

// A value of a query string while it is put together: what npm qs builds out of JavaScript strings, arrays
// (with holes) and objects, with JavaScript's key order and qs's rules of merging.
class QueryValue {
 public:
  using Member = std::pair<std::string, QueryValue>;

  QueryValue() = default;  // undefined: a hole in an array
  static QueryValue String(std::string text);
  static QueryValue Array(std::vector<QueryValue> items = {});
  static QueryValue Object();

  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_array() const { return kind_ == Kind::kArray; }
  // Array or object.
  bool is_container() const { return kind_ == Kind::kArray || kind_ == Kind::kObject; }

  // Members with integer keys in ascending order, then the others as they were added: Object.keys. Of an
  // array its items without the holes.
  std::vector<Member> Members() const;

  // The value of an object's key, added if it is missing.
  QueryValue& At(std::string_view key);
  bool Has(std::string_view key) const;

  // Sets an array's item, with holes before it where there is none yet.
  void SetItem(size_t index, QueryValue value);

  // Marks an object that stands for an array which has become too long; it grows at max_index + 1.
  void MarkOverflow(int64_t max_index) { overflow_ = max_index; }
  bool is_overflow() const { return overflow_.has_value(); }

  // JSON, holes left out.
  void AppendJson(std::string* out) const;

  // a and b as one array; an object once it has more than `limit` items.
  static QueryValue Combine(QueryValue a, QueryValue b, size_t limit);

  // What is in both, the way qs merges what several keys say of one value.
  static QueryValue Merge(QueryValue target, QueryValue source, size_t limit);

 private:
  enum class Kind { kUndefined, kString, kArray, kObject };

  bool is_falsy() const { return is_undefined() || (kind_ == Kind::kString && text_.empty()); }
  static QueryValue ObjectOf(std::vector<QueryValue> items);
  static QueryValue WithinLimit(QueryValue array, size_t limit);
  static QueryValue MergeString(QueryValue target, QueryValue source, size_t limit);
  static QueryValue MergeArrays(QueryValue target, QueryValue source, size_t limit);

  Kind kind_ = Kind::kUndefined;
  std::string text_;
  std::vector<QueryValue> items_;
  std::vector<Member> members_;
  std::optional<int64_t> overflow_;
};

// The value of a key that JavaScript prints back unchanged after parseInt: "0", "17", not "01" or "1.5". Up
// to 2^53.
std::optional<int64_t> ParseIntegerKey(std::string_view key);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_QUERY_VALUE_H_
