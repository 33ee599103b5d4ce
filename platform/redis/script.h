// A Lua script that runs inside Redis. Its text comes from a .lua file (embedded by the lua_script rule).
#ifndef SAIL_PLATFORM_REDIS_SCRIPT_H_
#define SAIL_PLATFORM_REDIS_SCRIPT_H_

#include <string>
#include <string_view>

namespace sail::platform::redis {

class Script {
 public:
  explicit Script(std::string_view text);

  const std::string& text() const { return text_; }
  // The name under which Redis keeps it: 40 hex digits.
  const std::string& sha1() const { return sha1_; }

 private:
  std::string text_;
  std::string sha1_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_SCRIPT_H_
