#include "platform/policy/policy_table.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/status/status.h"

namespace sail::platform {
namespace {

constexpr std::string_view kPrograms = "grpc";

// A mistake in the file, with where it is.
struct Mistake {
  YAML::Mark mark;
  std::string what;
};

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
}

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  });
}

// "*", "user/*", "user/find".
bool IsPattern(std::string_view text) {
  if (text == "*") return true;
  if (text.size() > 2 && text.substr(text.size() - 2) == "/*") return IsName(text.substr(0, text.size() - 2));
  return IsName(text) && text.find('/') != std::string_view::npos;
}

std::string ReadName(const YAML::Node& node, bool lower) {
  const std::string name = node.IsScalar() ? node.Scalar() : "";
  if (!IsName(name) || name == "true" || name == "false") {
    throw Mistake{node.Mark(), "has to be true, false, a name or a list of names"};
  }
  return lower ? LowerCase(name) : name;
}

Policy ReadPolicy(const YAML::Node& node, bool lower) {
  Policy policy;
  if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false")) {
    policy.kind = node.Scalar() == "true" ? Policy::Kind::kAllow : Policy::Kind::kDeny;
    return policy;
  }
  policy.kind = Policy::Kind::kNamed;
  if (!node.IsSequence()) {
    policy.names.push_back(ReadName(node, lower));
    return policy;
  }
  for (const YAML::Node& name : node) policy.names.push_back(ReadName(name, lower));
  // An empty list in Sails runs the action; whoever writes one here is asked what was meant.
  if (policy.names.empty()) throw Mistake{node.Mark(), "has an empty list: say true or false"};
  return policy;
}

void ReadEntries(const YAML::Node& map, bool programs, std::map<std::string, Policy, std::less<>>* entries) {
  if (!map.IsMap()) throw Mistake{map.Mark(), "has to map actions to policies"};
  for (const auto& entry : map) {
    const std::string pattern = entry.first.IsScalar() ? LowerCase(entry.first.Scalar()) : "";
    if (!programs && pattern == kPrograms) continue;
    if (!IsPattern(pattern))
      throw Mistake{entry.first.Mark(), "has a key that is not like user/find, user/* or *"};
    if (!entries->emplace(pattern, ReadPolicy(entry.second, !programs)).second) {
      throw Mistake{entry.first.Mark(), "has " + pattern + " twice"};
    }
  }
}

}  // namespace

absl::StatusOr<PolicyTable> PolicyTable::Parse(const std::string& text, const std::string& file) {
  PolicyTable table;
  const auto error = [&](const YAML::Mark& mark, const std::string& what) {
    return absl::InvalidArgumentError(file + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1)) +
                                      ": " + what);
  };
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return table;
    ReadEntries(root, false, &table.clients_);
    if (const YAML::Node programs = root[std::string(kPrograms)]; programs && !programs.IsNull()) {
      ReadEntries(programs, true, &table.programs_);
    }
  } catch (const Mistake& mistake) {
    return error(mistake.mark, mistake.what);
  } catch (const YAML::Exception& exception) {
    return error(exception.mark, exception.msg);
  }
  return table;
}

absl::StatusOr<PolicyTable> PolicyTable::Load(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return PolicyTable();
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // Policies that cannot be read must not be taken for none.
  if (!file.good()) return absl::PermissionDeniedError(path + " cannot be read");
  return Parse(text, path);
}

const Policy* PolicyTable::MostSpecific(const Entries& entries, std::string_view action) {
  if (const auto exact = entries.find(action); exact != entries.end()) return &exact->second;
  std::string prefix(action);
  for (size_t slash = prefix.rfind('/'); slash != std::string::npos; slash = prefix.rfind('/')) {
    prefix.resize(slash);
    if (const auto entry = entries.find(prefix + "/*"); entry != entries.end()) return &entry->second;
  }
  const auto all = entries.find("*");
  return all == entries.end() ? nullptr : &all->second;
}

const Policy& PolicyTable::Find(std::string_view action) const {
  static const Policy kAllowed;
  const Policy* policy = MostSpecific(clients_, action);
  return policy == nullptr ? kAllowed : *policy;
}

bool PolicyTable::AllowsProgram(std::string_view action, std::string_view principal) const {
  const Policy& client = Find(action);
  if (client.kind == Policy::Kind::kDeny) return false;
  const Policy* program = MostSpecific(programs_, action);
  if (program == nullptr) return client.kind == Policy::Kind::kAllow;
  if (program->kind != Policy::Kind::kNamed) return program->kind == Policy::Kind::kAllow;
  return std::find(program->names.begin(), program->names.end(), principal) != program->names.end();
}

}  // namespace sail::platform
