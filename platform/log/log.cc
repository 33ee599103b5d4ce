#include "platform/log/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "platform/json/json_text.h"

namespace sail::platform {
namespace {

std::atomic<Severity> least_severity{Severity::kInfo};
std::mutex process_mutex;
// Leaked: logging goes on while static objects are destroyed.
std::string& ProcessName() {
  static auto* name = new std::string;
  return *name;
}

constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};

std::string Timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc;
  gmtime_r(&seconds, &utc);
  char text[40];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds));
  return text;
}

}  // namespace

LogField::LogField(std::string_view name, std::string_view value)
    : name_(name), json_(json::JsonString(value)) {}
LogField::LogField(std::string_view name, bool value) : name_(name), json_(value ? "true" : "false") {}
LogField::LogField(std::string_view name, double value) : name_(name) {
  json::AppendJsonNumber(value, &json_);
}
LogField::LogField(std::string_view name, Integer value) : name_(name) {
  json::AppendJsonInteger(value.value, &json_);
}

void Log(Severity severity, std::string_view message, std::initializer_list<LogField> fields) {
  if (!LogEnabled(severity)) return;
  std::string line = "{\"time\":\"" + Timestamp() + "\",\"severity\":\"";
  line.append(kNames[static_cast<int>(severity)]).append("\",");
  {
    std::lock_guard lock(process_mutex);
    if (!ProcessName().empty())
      line.append("\"process\":").append(json::JsonString(ProcessName())).append(",");
  }
  line.append("\"message\":");
  json::AppendJsonString(message, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    json::AppendJsonString(field.name(), &line);
    line.push_back(':');
    line.append(field.json());
  }
  line.append("}\n");
  // One write, so that lines of several threads do not mix. Where the log cannot be written there is nowhere
  // to say so.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void SetLogProcess(std::string_view name) {
  std::lock_guard lock(process_mutex);
  ProcessName() = name;
}

void SetLogSeverity(Severity least) { least_severity.store(least, std::memory_order_relaxed); }

bool LogEnabled(Severity severity) { return severity >= least_severity.load(std::memory_order_relaxed); }

bool ParseSeverity(std::string_view text, Severity* severity) {
  for (int i = 0; i < 4; ++i) {
    if (text == kNames[i]) {
      *severity = static_cast<Severity>(i);
      return true;
    }
  }
  return false;
}

}  // namespace sail::platform
