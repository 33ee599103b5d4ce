// The stored text of a session: {"cookie":{…},…keys}, as connect-redis writes it.
#ifndef SAIL_SESSION_SESSION_DOCUMENT_H_
#define SAIL_SESSION_SESSION_DOCUMENT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/session/session.h"

namespace sail::session {

// The top-level keys with their values' raw text: a value that nobody changes is written back byte for byte,
// so that what a Node process wrote ([] and {}, numbers beyond 2^53) survives. Not thread-safe.
class SessionDocument {
 public:
  // A new session. INVALID_ARGUMENT for what is not a JSON object, for data with the key "cookie", and for
  // nesting deeper than 64.
  static absl::StatusOr<SessionDocument> FromContent(const SessionContent& content);
  // What a store holds. DATA_LOSS for what is not a JSON object.
  static absl::StatusOr<SessionDocument> FromStored(std::string_view text);

  // Whether the changes can be applied to any session. INVALID_ARGUMENT as for FromContent.
  static absl::Status Check(const SessionChanges& changes);

  // New keys go to the end, in alphabetical order. The changes must have passed Check. INVALID_ARGUMENT, with
  // nothing changed, when the text would be larger than max_bytes.
  absl::Status Apply(const SessionChanges& changes, size_t max_bytes);

  // What is stored.
  std::string Text() const;
  size_t size() const;
  Session ToSession(std::string id) const;
  // Raw JSON; empty if there is none.
  std::string_view cookie_json() const { return raw("cookie"); }
  std::string_view raw(std::string_view key) const;

 private:
  struct Member {
    std::string key;
    std::string raw;
  };
  Member* Find(std::string_view key);
  void Set(const std::string& key, const std::string& raw);

  std::vector<Member> members_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_DOCUMENT_H_
