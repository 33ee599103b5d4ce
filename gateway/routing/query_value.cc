#include "gateway/routing/query_value.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

// Keys up to this are array indexes to JavaScript, which lists them first and in order.
constexpr int64_t kMaxArrayIndex = 4294967294;
constexpr int64_t kMaxExactInteger = int64_t{1} << 53;

bool IsIndex(std::string_view key) {
  const std::optional<int64_t> number = ParseIntegerKey(key);
  return number && *number <= kMaxArrayIndex;
}

}  // namespace

std::optional<int64_t> ParseIntegerKey(std::string_view key) {
  if (key.empty() || key.size() > 16 || (key.size() > 1 && key.front() == '0')) return std::nullopt;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size() || number < 0) return std::nullopt;
  if (key.front() == '-' || number > kMaxExactInteger) return std::nullopt;
  return number;
}

QueryValue QueryValue::String(std::string text) {
  QueryValue value;
  value.kind_ = Kind::kString;
  value.text_ = std::move(text);
  return value;
}

QueryValue QueryValue::Array(std::vector<QueryValue> items) {
  QueryValue value;
  value.kind_ = Kind::kArray;
  value.items_ = std::move(items);
  return value;
}

QueryValue QueryValue::Object() {
  QueryValue value;
  value.kind_ = Kind::kObject;
  return value;
}

std::vector<QueryValue::Member> QueryValue::Members() const {
  std::vector<Member> members;
  if (kind_ == Kind::kArray) {
    for (size_t i = 0; i < items_.size(); ++i) {
      if (!items_[i].is_undefined()) members.emplace_back(std::to_string(i), items_[i]);
    }
    return members;
  }
  members = members_;
  const auto others = std::stable_partition(members.begin(), members.end(),
                                            [](const Member& member) { return IsIndex(member.first); });
  std::sort(members.begin(), others, [](const Member& a, const Member& b) {
    return *ParseIntegerKey(a.first) < *ParseIntegerKey(b.first);
  });
  return members;
}

QueryValue& QueryValue::At(std::string_view key) {
  for (Member& member : members_) {
    if (member.first == key) return member.second;
  }
  return members_.emplace_back(std::string(key), QueryValue()).second;
}

bool QueryValue::Has(std::string_view key) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Member& member) { return member.first == key; });
}

void QueryValue::SetItem(size_t index, QueryValue value) {
  if (items_.size() <= index) items_.resize(index + 1);
  items_[index] = std::move(value);
}

void QueryValue::AppendJson(std::string* out) const {
  if (kind_ == Kind::kString) return platform::json::AppendJsonString(text_, out);
  const bool array = kind_ == Kind::kArray;
  out->push_back(array ? '[' : '{');
  bool first = true;
  for (const Member& member : Members()) {
    if (!std::exchange(first, false)) out->push_back(',');
    if (!array) {
      platform::json::AppendJsonString(member.first, out);
      out->push_back(':');
    }
    member.second.AppendJson(out);
  }
  out->push_back(array ? ']' : '}');
}

QueryValue QueryValue::ObjectOf(std::vector<QueryValue> items) {
  QueryValue object = Object();
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_undefined()) object.members_.emplace_back(std::to_string(i), std::move(items[i]));
  }
  return object;
}

QueryValue QueryValue::WithinLimit(QueryValue array, size_t limit) {
  if (array.items_.size() <= limit) return array;
  const auto last = static_cast<int64_t>(array.items_.size()) - 1;
  QueryValue object = ObjectOf(std::move(array.items_));
  object.MarkOverflow(last);
  return object;
}

QueryValue QueryValue::Combine(QueryValue a, QueryValue b, size_t limit) {
  if (a.is_overflow()) {
    a.At(std::to_string(++*a.overflow_)) = std::move(b);
    return a;
  }
  QueryValue result = Array();
  for (QueryValue* part : {&a, &b}) {
    if (part->is_array()) {
      std::move(part->items_.begin(), part->items_.end(), std::back_inserter(result.items_));
    } else {
      result.items_.push_back(std::move(*part));
    }
  }
  return WithinLimit(std::move(result), limit);
}

QueryValue QueryValue::MergeString(QueryValue target, QueryValue source, size_t limit) {
  if (target.is_array()) {
    target.items_.push_back(std::move(source));
    return WithinLimit(std::move(target), limit);
  }
  if (target.is_overflow()) return Combine(std::move(target), std::move(source), limit);
  return Array({std::move(target), std::move(source)});
}

QueryValue QueryValue::MergeArrays(QueryValue target, QueryValue source, size_t limit) {
  for (size_t i = 0; i < source.items_.size(); ++i) {
    QueryValue& item = source.items_[i];
    if (item.is_undefined()) continue;
    if (i >= target.items_.size() || target.items_[i].is_undefined()) {
      target.SetItem(i, std::move(item));
    } else if (target.items_[i].is_container() && item.is_container()) {
      target.items_[i] = Merge(std::move(target.items_[i]), std::move(item), limit);
    } else {
      target.items_.push_back(std::move(item));
    }
  }
  return WithinLimit(std::move(target), limit);
}

QueryValue QueryValue::Merge(QueryValue target, QueryValue source, size_t limit) {
  if (source.is_falsy()) return target;
  if (!source.is_container()) return MergeString(std::move(target), std::move(source), limit);
  if (!target.is_container()) {
    if (!source.is_overflow()) return Combine(std::move(target), std::move(source), limit);
    QueryValue shifted = Object();
    shifted.At("0") = std::move(target);
    for (Member& member : source.Members()) {
      const int64_t index = ParseIntegerKey(member.first).value_or(0);
      shifted.At(std::to_string(index + 1)) = std::move(member.second);
    }
    shifted.MarkOverflow(*source.overflow_ + 1);
    return shifted;
  }
  if (target.is_array() && source.is_array()) return MergeArrays(std::move(target), std::move(source), limit);
  if (target.is_array()) target = ObjectOf(std::move(target.items_));
  for (Member& member : source.Members()) {
    if (target.Has(member.first)) {
      QueryValue& old = target.At(member.first);
      old = Merge(std::move(old), std::move(member.second), limit);
    } else {
      target.At(member.first) = std::move(member.second);
    }
    if (source.is_overflow() && !target.is_overflow()) target.MarkOverflow(*source.overflow_);
    if (const auto index = ParseIntegerKey(member.first); index && target.is_overflow()) {
      target.MarkOverflow(std::max(*target.overflow_, *index));
    }
  }
  return target;
}

}  // namespace sail::gateway
