// Structured logs: one JSON object a line on standard error.
//
//   Log(Severity::kWarning, "redis connection lost", {{"address", address}, {"retry_ms", delay_ms}});
//
// Thread-safe; a line is written whole. Session ids, cookies, passwords and tokens never go into a log: there
// is no way to mark a field as secret, on purpose.
#ifndef SAIL_PLATFORM_LOG_LOG_H_
#define SAIL_PLATFORM_LOG_LOG_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sail::platform {

enum class Severity { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

class LogField {
 public:
  LogField(std::string_view name, std::string_view value);
  LogField(std::string_view name, const char* value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, const std::string& value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, bool value);
  LogField(std::string_view name, std::integral auto value)
      : LogField(name, Integer{static_cast<int64_t>(value)}) {}
  LogField(std::string_view name, double value);

  std::string_view name() const { return name_; }
  const std::string& json() const { return json_; }

 private:
  struct Integer {
    int64_t value;
  };
  LogField(std::string_view name, Integer value);

  std::string_view name_;
  std::string json_;
};

void Log(Severity severity, std::string_view message, std::initializer_list<LogField> fields = {});

// The process's name on every line, and the least severity that is written (kInfo at first). Called once,
// from main.
void SetLogProcess(std::string_view name);
void SetLogSeverity(Severity least);
bool LogEnabled(Severity severity);

// "debug", "info", "warning" or "error"; anything else leaves *severity alone and returns false.
bool ParseSeverity(std::string_view text, Severity* severity);

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_LOG_LOG_H_
