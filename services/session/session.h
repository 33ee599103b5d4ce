// A session as the service knows it. No wire format and no store shows here.
#ifndef SAIL_SESSION_SESSION_H_
#define SAIL_SESSION_SESSION_H_

#include <map>
#include <string>
#include <vector>

namespace sail::session {

struct Session {
  std::string id;
  // JSON object of the application's own keys, in stored order.
  std::string data_json;
  // JSON object of express-session's cookie settings; empty if the stored session has none.
  std::string cookie_json;
};

// express-session's settings for a cookie that lives as long as the browser.
inline constexpr char kDefaultCookieJson[] =
    R"({"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"})";

// What a new session holds.
struct SessionContent {
  // JSON object without the key "cookie"; empty means {}.
  std::string data_json;
  // JSON object; empty means kDefaultCookieJson.
  std::string cookie_json;
};

// Changes to top-level keys. Keys that are not named stay as they are.
struct SessionChanges {
  // Key to JSON value. "cookie" may be set, to an object.
  std::map<std::string, std::string> set;
  // Done before set. "cookie" cannot be unset.
  std::vector<std::string> unset;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_H_
