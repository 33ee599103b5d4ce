#include "platform/config/config_reader.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "platform/text/string_view.h"

namespace sail::platform {
namespace {

std::string WithoutPassword(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const size_t start = scheme + 3;
  const size_t at = url.substr(0, url.find_first_of("/?", start)).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(url);
  const size_t colon = url.find(':', start);
  if (colon > at) return std::string(url);
  return absl::StrCat(ToAbsl(url.substr(0, colon)), ":***", ToAbsl(url.substr(at)));
}

}  // namespace

ConfigReader ConfigReader::FromEnvironment() {
  std::map<std::string, std::string> from_file;
  std::vector<std::string> mistakes;
  if (const char* path = std::getenv("SAIL_CONFIG_FILE"); path != nullptr && *path != '\0') {
    std::ifstream file(path);
    std::stringstream text;
    if (!file || !(text << file.rdbuf())) {
      mistakes.push_back(absl::StrCat("SAIL_CONFIG_FILE: cannot read ", path));
    } else if (const absl::Status status = ParseSettings(text.str(), &from_file); !status.ok()) {
      mistakes.push_back(absl::StrCat(path, ": ", status.message()));
    }
  }
  ConfigReader reader(
      [from_file = std::move(from_file)](const std::string& name) -> std::optional<std::string> {
        if (const char* value = std::getenv(name.c_str()); value != nullptr) return value;
        const auto found = from_file.find(name);
        if (found == from_file.end()) return std::nullopt;
        return found->second;
      });
  reader.mistakes_ = std::move(mistakes);
  return reader;
}

std::optional<std::string> ConfigReader::Find(const std::string& name) const {
  std::optional<std::string> value = lookup_(name);
  if (value.has_value() && value->empty()) return std::nullopt;
  return value;
}

void ConfigReader::Mistake(const std::string& name, std::string_view what) {
  mistakes_.push_back(absl::StrCat(name, " ", ToAbsl(what)));
}

std::string ConfigReader::String(const std::string& name, std::string_view default_value) {
  return settings_[name] = Find(name).value_or(std::string(default_value));
}

std::string ConfigReader::Required(const std::string& name) {
  const std::optional<std::string> value = Find(name);
  if (!value.has_value()) Mistake(name, "must be set");
  return settings_[name] = value.value_or("");
}

std::string ConfigReader::Secret(const std::string& name, std::string_view default_value) {
  std::string value = Find(name).value_or(std::string(default_value));
  settings_[name] = value.empty() ? "" : "***";
  return value;
}

std::string ConfigReader::Url(const std::string& name, std::string_view default_value) {
  std::string value = Find(name).value_or(std::string(default_value));
  settings_[name] = WithoutPassword(value);
  return value;
}

int64_t ConfigReader::Integer(const std::string& name, int64_t default_value, int64_t least, int64_t most) {
  int64_t value = default_value;
  if (const std::optional<std::string> text = Find(name); text.has_value()) {
    if (!absl::SimpleAtoi(*text, &value) || value < least || value > most) {
      Mistake(name, absl::StrCat("must be a whole number from ", least, " to ", most));
      value = default_value;
    }
  }
  settings_[name] = absl::StrCat(value);
  return value;
}

absl::Duration ConfigReader::Milliseconds(const std::string& name, absl::Duration default_value,
                                          absl::Duration least, absl::Duration most) {
  return absl::Milliseconds(Integer(name, absl::ToInt64Milliseconds(default_value),
                                    absl::ToInt64Milliseconds(least), absl::ToInt64Milliseconds(most)));
}

bool ConfigReader::Boolean(const std::string& name, bool default_value) {
  bool value = default_value;
  if (const std::optional<std::string> text = Find(name); text.has_value()) {
    if (*text == "true" || *text == "1") {
      value = true;
    } else if (*text == "false" || *text == "0") {
      value = false;
    } else {
      Mistake(name, "must be true or false");
    }
  }
  settings_[name] = value ? "true" : "false";
  return value;
}

std::vector<std::string> ConfigReader::List(const std::string& name, std::string_view default_value) {
  std::vector<std::string> items;
  const std::string text = Find(name).value_or(std::string(default_value));
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(item);
    if (!stripped.empty()) items.emplace_back(stripped);
  }
  settings_[name] = absl::StrJoin(items, ",");
  return items;
}

std::vector<std::string> ConfigReader::SecretList(const std::string& name) {
  std::vector<std::string> items = List(name, "");
  settings_[name] = items.empty() ? "" : "***";
  return items;
}

absl::Status ConfigReader::status() const {
  if (mistakes_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "; "));
}

absl::Status ParseSettings(std::string_view text, std::map<std::string, std::string>* settings) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(text), '\n')) {
    ++number;
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (stripped.empty() || stripped.front() == '#') continue;
    const size_t equals = stripped.find('=');
    if (equals == absl::string_view::npos || equals == 0) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " is not NAME=value"));
    }
    (*settings)[std::string(absl::StripAsciiWhitespace(stripped.substr(0, equals)))] =
        std::string(absl::StripAsciiWhitespace(stripped.substr(equals + 1)));
  }
  return absl::OkStatus();
}

}  // namespace sail::platform
