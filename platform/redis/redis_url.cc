#include "platform/redis/redis_url.h"

#include <charconv>

#include "absl/status/status.h"

namespace sail::platform::redis {
namespace {

absl::Status Invalid(std::string_view what) {
  return absl::InvalidArgumentError("Redis URL: " + std::string(what));
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

absl::StatusOr<std::string> PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Invalid("a % is not followed by two hex digits");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

bool ParseNumber(std::string_view text, int* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

absl::Status ParseDatabase(std::string_view text, RedisUrl* url) {
  if (!ParseNumber(text, &url->database) || url->database < 0) {
    return Invalid("the database is not a number from 0 up");
  }
  return absl::OkStatus();
}

absl::Status ParseCredentials(std::string_view text, RedisUrl* url) {
  const size_t colon = text.find(':');
  absl::StatusOr<std::string> user = PercentDecode(text.substr(0, colon));
  if (!user.ok()) return user.status();
  url->user = *std::move(user);
  if (colon == std::string_view::npos) return absl::OkStatus();
  absl::StatusOr<std::string> password = PercentDecode(text.substr(colon + 1));
  if (!password.ok()) return password.status();
  url->password = *std::move(password);
  return absl::OkStatus();
}

absl::Status ParseHostAndPort(std::string_view text, RedisUrl* url) {
  std::string_view port;
  if (text.starts_with("[")) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return Invalid("'[' without ']'");
    url->host = std::string(text.substr(1, close - 1));
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') return Invalid("unexpected text after ']'");
  } else {
    const size_t colon = text.find(':');
    url->host = std::string(text.substr(0, colon));
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (url->host.empty()) return Invalid("the host is missing");
  if (port.empty()) return absl::OkStatus();
  if (!ParseNumber(port.substr(1), &url->port) || url->port < 1 || url->port > 65535) {
    return Invalid("the port is not a number from 1 to 65535");
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisUrl> ParseUnix(std::string_view rest) {
  RedisUrl url;
  url.transport = Transport::kUnix;
  const size_t query = rest.find('?');
  absl::StatusOr<std::string> path = PercentDecode(rest.substr(0, query));
  if (!path.ok()) return path.status();
  url.path = *std::move(path);
  if (!url.path.starts_with("/")) return Invalid("unix:// wants an absolute path: unix:///path");
  if (query == std::string_view::npos) return url;
  std::string_view option = rest.substr(query + 1);
  if (!ConsumePrefix(&option, "db=")) return Invalid("the only option is ?db=N");
  if (absl::Status status = ParseDatabase(option, &url); !status.ok()) return status;
  return url;
}

}  // namespace

std::string RedisUrl::Redacted() const {
  if (transport == Transport::kUnix) return "unix://" + path + "?db=" + std::to_string(database);
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (transport == Transport::kTls ? "rediss://" : "redis://") + name + ":" + std::to_string(port) + "/" +
         std::to_string(database);
}

absl::StatusOr<RedisUrl> ParseRedisUrl(std::string_view text) {
  if (ConsumePrefix(&text, "unix://")) return ParseUnix(text);
  RedisUrl url;
  if (ConsumePrefix(&text, "rediss://")) {
    url.transport = Transport::kTls;
  } else if (!ConsumePrefix(&text, "redis://")) {
    return Invalid("it must begin with redis://, rediss:// or unix://");
  }
  if (text.find('?') != std::string_view::npos) return Invalid("options after ? are known for unix:// only");
  const size_t slash = text.find('/', text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@'));
  std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos && slash + 1 < text.size()) {
    if (absl::Status status = ParseDatabase(text.substr(slash + 1), &url); !status.ok()) return status;
  }
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (absl::Status status = ParseCredentials(authority.substr(0, at), &url); !status.ok()) return status;
    authority.remove_prefix(at + 1);
  }
  if (absl::Status status = ParseHostAndPort(authority, &url); !status.ok()) return status;
  return url;
}

}  // namespace sail::platform::redis
