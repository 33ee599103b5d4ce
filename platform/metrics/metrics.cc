#include "platform/metrics/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "platform/text/string_view.h"

namespace sail::platform::metrics {
namespace {

const std::time_t process_start = std::time(nullptr);

std::string LabelText(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    absl::StrAppend(&text, text.empty() ? "" : ",", name, "=\"",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
  }
  return text;
}

std::string Braces(std::string_view labels, std::string_view more = "") {
  if (labels.empty() && more.empty()) return "";
  return absl::StrCat("{", ToAbsl(labels), labels.empty() || more.empty() ? "" : ",", ToAbsl(more), "}");
}

void AppendProcess(std::string* out) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  int64_t total_pages = 0, resident_pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> total_pages >> resident_pages;
  absl::StrAppend(out, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ",
                  seconds(usage.ru_utime) + seconds(usage.ru_stime), "\n",
                  "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes ",
                  resident_pages * sysconf(_SC_PAGESIZE), "\n",
                  "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ", process_start,
                  "\n");
}

}  // namespace

void Histogram::Observe(double seconds) {
  const size_t bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_nanoseconds_.fetch_add(static_cast<uint64_t>(std::max(0.0, seconds) * 1e9), std::memory_order_relaxed);
}

struct Registry::Family {
  std::string help;
  const char* type;
  // By label text. A family holds one kind of instrument; the others stay empty.
  std::tuple<std::map<std::string, std::unique_ptr<Counter>>, std::map<std::string, std::unique_ptr<Gauge>>,
             std::map<std::string, std::unique_ptr<Histogram>>>
      instruments;
};

Registry::Registry() = default;
Registry::~Registry() = default;

template <typename T>
T* Registry::Add(std::string_view name, std::string_view help, const Labels& labels, const char* type) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<Family>& family = families_[std::string(name)];
  if (family == nullptr) {
    family = std::make_unique<Family>();
    family->help = help;
    family->type = type;
  }
  if (std::string_view(family->type) != type)
    std::abort();  // one name for two kinds is a mistake in the program
  std::unique_ptr<T>& instrument =
      std::get<std::map<std::string, std::unique_ptr<T>>>(family->instruments)[LabelText(labels)];
  if (instrument == nullptr) instrument = std::make_unique<T>();
  return instrument.get();
}

Counter* Registry::AddCounter(std::string_view name, std::string_view help, const Labels& labels) {
  return Add<Counter>(name, help, labels, "counter");
}

Gauge* Registry::AddGauge(std::string_view name, std::string_view help, const Labels& labels) {
  return Add<Gauge>(name, help, labels, "gauge");
}

Histogram* Registry::AddHistogram(std::string_view name, std::string_view help, const Labels& labels) {
  return Add<Histogram>(name, help, labels, "histogram");
}

std::string Registry::Text() const {
  std::string out;
  AppendProcess(&out);
  std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    absl::StrAppend(&out, "# HELP ", name, " ", family->help, "\n# TYPE ", name, " ", family->type, "\n");
    const auto& [counters, gauges, histograms] = family->instruments;
    for (const auto& [labels, counter] : counters)
      absl::StrAppend(&out, name, Braces(labels), " ", counter->value(), "\n");
    for (const auto& [labels, gauge] : gauges)
      absl::StrAppend(&out, name, Braces(labels), " ", gauge->value(), "\n");
    for (const auto& [labels, histogram] : histograms) {
      uint64_t total = 0;
      for (size_t i = 0; i < histogram->buckets_.size(); ++i) {
        total += histogram->buckets_[i].load(std::memory_order_relaxed);
        const std::string bound =
            i < Histogram::kBounds.size() ? absl::StrCat(Histogram::kBounds[i]) : "+Inf";
        absl::StrAppend(&out, name, "_bucket", Braces(labels, absl::StrCat("le=\"", bound, "\"")), " ", total,
                        "\n");
      }
      const double sum =
          static_cast<double>(histogram->sum_nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
      absl::StrAppend(&out, name, "_sum", Braces(labels), " ", sum, "\n", name, "_count", Braces(labels), " ",
                      total, "\n");
    }
  }
  return out;
}

}  // namespace sail::platform::metrics
