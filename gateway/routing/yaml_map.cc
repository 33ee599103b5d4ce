#include "gateway/routing/yaml_map.h"

#include <charconv>
#include <utility>

#include "gateway/http/ascii.h"

namespace sail::gateway {

void YamlProblems::Add(const YAML::Node& where, std::string_view what) {
  Add(where.IsDefined() ? where.Mark() : YAML::Mark::null_mark(), what);
}

void YamlProblems::Add(const YAML::Mark& where, std::string_view what) {
  std::string problem = file_;
  if (!where.is_null()) problem += ":" + std::to_string(where.line + 1);
  problems_.push_back(problem.append(": ").append(what));
}

absl::Status YamlProblems::status() const {
  std::string text;
  for (const std::string& problem : problems_) text += (text.empty() ? "" : "\n") + problem;
  return text.empty() ? absl::OkStatus() : absl::InvalidArgumentError(text);
}

YamlMap::YamlMap(YAML::Node node, std::string path, YamlProblems* problems)
    : node_(std::move(node)), path_(std::move(path)), problems_(problems) {
  if (!node_.IsDefined() || node_.IsNull()) node_ = YAML::Node(YAML::NodeType::Map);
  if (!node_.IsMap()) {
    problems_->Add(node_, (path_.empty() ? "the file" : path_) + " has to be a map");
    node_ = YAML::Node(YAML::NodeType::Map);
  }
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      problems_->Add(entry.first, PathOf("?") + ": a key has to be a plain text");
    } else if (!seen.insert(entry.first.Scalar()).second) {
      problems_->Add(entry.first, PathOf(entry.first.Scalar()) + " is given twice");
    }
  }
}

std::string YamlMap::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

bool YamlMap::Has(std::string_view key) const { return node_[std::string(key)].IsDefined(); }

std::optional<YAML::Node> YamlMap::Take(std::string_view key) {
  known_.emplace(key);
  const YAML::Node& map = node_;
  YAML::Node value = map[std::string(key)];
  if (!value.IsDefined() || value.IsNull()) return std::nullopt;
  return value;
}

void YamlMap::Problem(std::string_view key, std::string_view what) {
  const YAML::Node& map = node_;
  const YAML::Node value = map[std::string(key)];
  problems_->Add(value.IsDefined() ? value : node_, PathOf(key) + " " + std::string(what));
}

void YamlMap::Boolean(std::string_view key, bool* value) {
  const auto node = Take(key);
  if (!node) return;
  const std::string text = node->IsScalar() ? AsciiLowered(node->Scalar()) : "";
  if (text == "true" || text == "false") {
    *value = text == "true";
  } else {
    Problem(key, "has to be true or false");
  }
}

void YamlMap::Integer(std::string_view key, int64_t min, int64_t max, int64_t* value) {
  const auto node = Take(key);
  if (!node) return;
  const std::string text = node->IsScalar() ? node->Scalar() : "";
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    return Problem(key, "has to be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  *value = number;
}

void YamlMap::String(std::string_view key, std::string* value) {
  const auto node = Take(key);
  if (!node) return;
  if (!node->IsScalar()) return Problem(key, "has to be a text");
  *value = node->Scalar();
}

void YamlMap::Word(std::string_view key, const std::vector<std::string_view>& words, std::string* value) {
  const auto node = Take(key);
  if (!node) return;
  std::string choices;
  for (const std::string_view word : words) {
    if (node->IsScalar() && EqualsIgnoreCase(node->Scalar(), word)) {
      *value = word;
      return;
    }
    choices.append(choices.empty() ? "" : ", ").append(word);
  }
  Problem(key, "has to be one of " + choices);
}

void YamlMap::Strings(std::string_view key, std::vector<std::string>* value) {
  const auto node = Take(key);
  if (!node) return;
  std::vector<std::string> strings;
  if (node->IsScalar()) {
    ForEachListItem(node->Scalar(), [&](std::string_view item) {
      if (!item.empty()) strings.emplace_back(item);
    });
  } else if (node->IsSequence()) {
    for (const YAML::Node& item : *node) {
      if (!item.IsScalar()) return Problem(key, "has to be a list of texts");
      strings.push_back(item.Scalar());
    }
  } else {
    return Problem(key, "has to be a list of texts");
  }
  *value = std::move(strings);
}

YamlMap YamlMap::Map(std::string_view key) {
  const auto node = Take(key);
  return YamlMap(node ? *node : YAML::Node(), PathOf(key), problems_);
}

void YamlMap::CheckUnknown() {
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && !known_.contains(entry.first.Scalar())) {
      problems_->Add(entry.first, PathOf(entry.first.Scalar()) + " is not a known setting");
    }
  }
}

YAML::Node ParseYaml(const std::string& text, YamlProblems* problems) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& exception) {
    problems->Add(exception.mark, exception.msg);
    return YAML::Node();
  }
}

}  // namespace sail::gateway
