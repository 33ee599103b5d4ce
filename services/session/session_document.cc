#include "services/session/session_document.h"

#include <algorithm>
#include <utility>

#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"
#include "services/session/session_errors.h"

namespace sail::session {
namespace {

using platform::json::JsonMember;
using platform::json::SplitJsonObject;

constexpr char kCookie[] = "cookie";
// A Node process beside us has no limit of its own; ours must not make its sessions unreadable.
constexpr int kStoredDepth = 512;

std::string Quoted(std::string_view key) { return platform::json::JsonString(key); }

absl::Status CheckObject(std::string_view raw, const std::string& what) {
  if (SplitJsonObject(raw, platform::json::kMaxJsonDepth - 1).ok()) return absl::OkStatus();
  return InvalidSessionJson(what + " is not a JSON object");
}

}  // namespace

absl::StatusOr<SessionDocument> SessionDocument::FromContent(const SessionContent& content) {
  SessionDocument document;
  const std::string cookie = content.cookie_json.empty() ? kDefaultCookieJson : content.cookie_json;
  if (absl::Status status = CheckObject(cookie, "cookie_json"); !status.ok()) return status;
  document.members_.push_back({kCookie, cookie});
  if (content.data_json.empty()) return document;
  absl::StatusOr<std::vector<JsonMember>> data = SplitJsonObject(content.data_json);
  if (!data.ok()) return InvalidSessionJson("data_json is not a JSON object");
  for (JsonMember& member : *data) {
    if (member.key == kCookie) return InvalidSessionJson("data_json has the key \"cookie\"");
    document.members_.push_back({std::move(member.key), std::string(member.raw)});
  }
  return document;
}

absl::StatusOr<SessionDocument> SessionDocument::FromStored(std::string_view text) {
  absl::StatusOr<std::vector<JsonMember>> members = SplitJsonObject(text, kStoredDepth);
  if (!members.ok()) return StoredSessionUnreadable();
  SessionDocument document;
  document.members_.reserve(members->size());
  for (JsonMember& member : *members) {
    document.members_.push_back({std::move(member.key), std::string(member.raw)});
  }
  return document;
}

absl::Status SessionDocument::Check(const SessionChanges& changes) {
  for (const auto& [key, raw] : changes.set) {
    if (key == kCookie) {
      if (absl::Status status = CheckObject(raw, "cookie"); !status.ok()) return status;
    } else if (!platform::json::ValidateJson(raw, platform::json::kMaxJsonDepth - 1).ok()) {
      return InvalidSessionJson("the value of key " + Quoted(key) + " is not JSON");
    }
  }
  if (std::find(changes.unset.begin(), changes.unset.end(), kCookie) != changes.unset.end()) {
    return InvalidSessionJson("the key \"cookie\" cannot be removed");
  }
  return absl::OkStatus();
}

absl::Status SessionDocument::Apply(const SessionChanges& changes, size_t max_bytes) {
  std::vector<Member> before = members_;
  for (const std::string& key : changes.unset) {
    std::erase_if(members_, [&key](const Member& member) { return member.key == key; });
  }
  for (const auto& [key, raw] : changes.set) Set(key, raw);
  if (size() <= max_bytes) return absl::OkStatus();
  members_ = std::move(before);
  return SessionTooLarge(max_bytes);
}

std::string SessionDocument::Text() const {
  std::string text = "{";
  for (const Member& member : members_) {
    if (text.size() > 1) text += ',';
    platform::json::AppendJsonString(member.key, &text);
    text += ':';
    text += member.raw;
  }
  return text += '}';
}

size_t SessionDocument::size() const {
  size_t size = 2;
  for (const Member& member : members_) size += Quoted(member.key).size() + member.raw.size() + 2;
  return members_.empty() ? size : size - 1;
}

Session SessionDocument::ToSession(std::string id) const {
  Session session;
  session.id = std::move(id);
  session.data_json = "{";
  for (const Member& member : members_) {
    if (member.key == kCookie) {
      session.cookie_json = member.raw;
      continue;
    }
    if (session.data_json.size() > 1) session.data_json += ',';
    platform::json::AppendJsonString(member.key, &session.data_json);
    session.data_json += ':';
    session.data_json += member.raw;
  }
  session.data_json += '}';
  return session;
}

std::string_view SessionDocument::raw(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.key == key) return member.raw;
  }
  return {};
}

SessionDocument::Member* SessionDocument::Find(std::string_view key) {
  for (Member& member : members_) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

void SessionDocument::Set(const std::string& key, const std::string& raw) {
  if (Member* member = Find(key)) {
    member->raw = raw;
  } else {
    members_.push_back({key, raw});
  }
}

}  // namespace sail::session
