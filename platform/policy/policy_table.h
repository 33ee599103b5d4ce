// Who may run which action: app/policies.yaml.
//
//   "*": true                        # anybody
//   "user/*": isLoggedIn             # whom the action policies/isloggedin lets pass
//   "user/destroy": [isLoggedIn, isAdmin]
//   "audit/*": false                 # nobody
//   grpc:                            # programs that call the logic service's RecordService
//     "user/*": true                 # all of them
//     "user/destroy": [billing]      # those that name themselves so (metadata sail-principal)
//
// The most specific entry decides: the action itself, then the longest prefix that ends in "/*", then "*".
// Without one everybody may.
#ifndef SAIL_PLATFORM_POLICY_POLICY_TABLE_H_
#define SAIL_PLATFORM_POLICY_POLICY_TABLE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::platform {

struct Policy {
  enum class Kind {
    kAllow,
    kDeny,
    kNamed,  // every one of `names` has to agree, in their order
  };
  Kind kind = Kind::kAllow;
  // Policies, lower case; in the section grpc principals, as they are written.
  std::vector<std::string> names;
};

// Immutable once read; any thread. Actions are given in lower case.
class PolicyTable {
 public:
  // Reads the text of policies.yaml; `file` names it in messages. INVALID_ARGUMENT with the line for anything
  // malformed.
  static absl::StatusOr<PolicyTable> Parse(const std::string& text, const std::string& file);
  // The same from the file itself; a file that does not exist allows everything.
  static absl::StatusOr<PolicyTable> Load(const std::string& path);

  void Set(const std::string& pattern, Policy policy) { clients_[pattern] = std::move(policy); }

  // What decides about a client's request.
  const Policy& Find(std::string_view action) const;

  // Whether a program may run the action. `false` holds for programs, too; else the section grpc decides;
  // where that says nothing, programs are refused what only a named policy could allow, since it needs a
  // client's request.
  bool AllowsProgram(std::string_view action, std::string_view principal) const;

 private:
  using Entries = std::map<std::string, Policy, std::less<>>;
  static const Policy* MostSpecific(const Entries& entries, std::string_view action);

  Entries clients_;
  Entries programs_;
};

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_POLICY_POLICY_TABLE_H_
