#include "gateway/routing/query_string.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/http/ascii.h"
#include "gateway/routing/percent_decode.h"
#include "gateway/routing/query_value.h"

namespace sail::gateway {
namespace {

constexpr size_t kNotFound = std::string_view::npos;
constexpr size_t kNoLimit = static_cast<size_t>(-1);
// Of all arrays that indexes make, so that a short query cannot ask for much: a[999] alone is a thousand.
// Once they are used up an index is a key.
constexpr size_t kSlots = 64 * 1024;

// Calls `part` with each of the first `limit` pieces between ampersands.
template <typename Function>
void ForEachPart(std::string_view query, size_t limit, Function part) {
  for (size_t count = 0; count < limit; ++count) {
    const size_t end = query.find('&');
    part(query.substr(0, end));
    if (end == kNotFound) return;
    query.remove_prefix(end + 1);
  }
}

// "%5B" and "%5D" as the brackets that they stand for.
std::string UnescapeBrackets(std::string_view query) {
  std::string result;
  result.reserve(query.size());
  for (size_t i = 0; i < query.size(); ++i) {
    const char last = i + 2 < query.size() ? AsciiLower(query[i + 2]) : '\0';
    if (query[i] == '%' && query[i + 1 < query.size() ? i + 1 : i] == '5' && (last == 'b' || last == 'd')) {
      result.push_back(last == 'b' ? '[' : ']');
      i += 2;
    } else {
      result.push_back(query[i]);
    }
  }
  return result;
}

// "a[b][c]" → "a", "[b]", "[c]". What is deeper than `depth`, or a bracket without its end, is one last
// segment.
std::vector<std::string> SplitKey(std::string_view key, size_t depth) {
  std::vector<std::string> segments;
  size_t open = key.find('[');
  if (open != 0) segments.emplace_back(key.substr(0, open));
  for (size_t collected = 0; open != kNotFound; ++collected) {
    size_t close = open + 1;
    for (int level = 1; close < key.size(); ++close) {
      if (key[close] == '[') ++level;
      if (key[close] == ']' && --level == 0) break;
    }
    if (close == key.size() || collected == depth) {
      segments.push_back("[" + std::string(key.substr(open)) + "]");
      break;
    }
    segments.emplace_back(key.substr(open, close + 1 - open));
    open = key.find('[', close + 1);
  }
  return segments;
}

// The value under one segment of its key.
QueryValue Wrap(std::string_view segment, QueryValue leaf, size_t array_limit, size_t& slots) {
  if (segment == "[]") {
    return leaf.is_overflow() ? std::move(leaf)
                              : QueryValue::Combine(QueryValue::Array(), std::move(leaf), array_limit);
  }
  const bool bracketed = segment.size() >= 2 && segment.front() == '[' && segment.back() == ']';
  const std::string_view name = bracketed ? segment.substr(1, segment.size() - 2) : segment;
  const std::optional<int64_t> index = bracketed ? ParseIntegerKey(name) : std::nullopt;
  if (index && static_cast<size_t>(*index) < std::min(array_limit, slots)) {
    slots -= static_cast<size_t>(*index) + 1;
    QueryValue array = QueryValue::Array();
    array.SetItem(static_cast<size_t>(*index), std::move(leaf));
    return array;
  }
  QueryValue object = QueryValue::Object();
  if (name != "__proto__") object.At(name) = std::move(leaf);
  if (index) object.MarkOverflow(*index);
  return object;
}

}  // namespace

std::string ParseNestedQuery(std::string_view query, const QueryStringOptions& options) {
  std::string json;
  QueryValue result = QueryValue::Object();
  if (!query.empty()) {
    const std::string text = UnescapeBrackets(query);
    QueryValue flat = QueryValue::Object();
    size_t slots = kSlots;
    ForEachPart(text, options.parameter_limit, [&](std::string_view part) {
      const size_t bracket = part.find("]=");
      const size_t equals = bracket == kNotFound ? part.find('=') : bracket + 1;
      const std::string key = DecodeFormText(part.substr(0, equals));
      QueryValue value =
          QueryValue::String(equals == kNotFound ? std::string() : DecodeFormText(part.substr(equals + 1)));
      const bool known = flat.Has(key);
      QueryValue& member = flat.At(key);
      member = known ? QueryValue::Combine(std::move(member), std::move(value), options.array_limit)
                     : std::move(value);
    });
    for (auto& [key, value] : flat.Members()) {
      if (key.empty()) continue;
      const std::vector<std::string> segments = SplitKey(key, options.depth);
      for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
        value = Wrap(*segment, std::move(value), options.array_limit, slots);
      }
      result = QueryValue::Merge(std::move(result), std::move(value), options.array_limit);
    }
  }
  result.AppendJson(&json);
  return json;
}

std::string ParseFlatQuery(std::string_view query) {
  QueryValue result = QueryValue::Object();
  ForEachPart(query, QueryStringOptions().parameter_limit, [&](std::string_view part) {
    if (part.empty()) return;
    const size_t equals = part.find('=');
    const std::string key = DecodeFormTextLeniently(part.substr(0, equals));
    QueryValue value = QueryValue::String(
        equals == kNotFound ? std::string() : DecodeFormTextLeniently(part.substr(equals + 1)));
    const bool known = result.Has(key);
    QueryValue& member = result.At(key);
    member = known ? QueryValue::Combine(std::move(member), std::move(value), kNoLimit) : std::move(value);
  });
  std::string json;
  result.AppendJson(&json);
  return json;
}

}  // namespace sail::gateway
