#include "platform/metrics/metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::platform::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Registry, WritesTheTextFormat) {
  Registry registry;
  registry.AddCounter("sail_x_total", "Things.", {{"kind", "a\"b"}})->Increment(3);
  registry.AddGauge("sail_y", "Level.")->Set(-2);
  Histogram* histogram = registry.AddHistogram("sail_z_seconds", "Times.");
  histogram->Observe(0.00005);
  histogram->Observe(0.3);
  histogram->Observe(99);
  const std::string text = registry.Text();
  EXPECT_THAT(
      text,
      HasSubstr(
          "# HELP sail_x_total Things.\n# TYPE sail_x_total counter\nsail_x_total{kind=\"a\\\"b\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("sail_y -2\n"));
  EXPECT_THAT(text, HasSubstr("sail_z_seconds_bucket{le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sail_z_seconds_bucket{le=\"0.5\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("sail_z_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("sail_z_seconds_count 3\n"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

TEST(Registry, TheSameNameAndLabelsGiveTheSameInstrument) {
  Registry registry;
  Counter* first = registry.AddCounter("c", "h", {{"l", "1"}});
  EXPECT_EQ(registry.AddCounter("c", "h", {{"l", "1"}}), first);
  EXPECT_NE(registry.AddCounter("c", "h", {{"l", "2"}}), first);
}

}  // namespace
}  // namespace sail::platform::metrics
