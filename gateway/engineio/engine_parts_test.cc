// The small pieces: ids, errors, base64, packets, the send queue and the flush scheduler.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "gateway/engineio/base64.h"
#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/flush_scheduler.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/engineio/outgoing_packet.h"
#include "gateway/engineio/send_queue.h"
#include "gateway/engineio/sid.h"

namespace sail::gateway::engineio {
namespace {

using std::string_literals::operator""s;

TEST(SidTest, IsTwentyCharactersOfTheUrlAlphabet) {
  EXPECT_EQ(EncodeSid(SidBytes{}), std::string(20, 'A'));
  SidBytes ones;
  ones.fill(0xFF);
  EXPECT_EQ(EncodeSid(ones), std::string(20, '_'));
  SidBytes counting;
  for (size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<uint8_t>(i + 0xF5);
  EXPECT_EQ(EncodeSid(counting), "9fb3-Pn6-_z9_v8AAQID");
}

TEST(SidTest, GeneratorTakesEveryBitFromItsSource) {
  const SidGenerator fixed([](uint8_t* data, size_t size) {
    for (size_t i = 0; i < size; ++i) data[i] = static_cast<uint8_t>(i + 0xF5);
  });
  EXPECT_EQ(fixed.Next(), "9fb3-Pn6-_z9_v8AAQID");
  std::set<std::string> sids;
  const SidGenerator random;
  for (int i = 0; i < 1000; ++i) sids.insert(random.Next());
  EXPECT_EQ(sids.size(), 1000u);
}

TEST(EngineErrorTest, BodiesAreThoseOfTheTable) {
  EXPECT_EQ(EngineErrorBody(kUnknownTransport), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(EngineErrorBody(kUnknownSid), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(EngineErrorBody(kBadHandshakeMethod), R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(EngineErrorBody(kBadRequest), R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(EngineErrorBody(kForbidden), R"({"code":4,"message":"Forbidden"})");
  EXPECT_EQ(EngineErrorBody(kUnsupportedVersion), R"({"code":5,"message":"Unsupported protocol version"})");
  EXPECT_EQ(kForbidden.status, 403);
  EXPECT_EQ(kUnsupportedVersion.status, 400);
}

TEST(VersionTest, IsExactlyThreeOrFour) {
  EXPECT_EQ(ParseVersion("3"), Version::kV3);
  EXPECT_EQ(ParseVersion("4"), Version::kV4);
  for (const char* other : {"", "2", "5", "04", "4 ", "abc", "4.1", "34"})
    EXPECT_FALSE(ParseVersion(other)) << other;
}

TEST(Base64Test, KnowsTheVectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\x01\x02\x03", "AQID"},
                                                         {"\xFB\xFF", "+/8="}};
  for (const auto& [bytes, text] : vectors) {
    std::string encoded;
    AppendBase64(bytes, &encoded);
    EXPECT_EQ(encoded, text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(Base64Test, PaddingMayBeMissing) {
  EXPECT_EQ(DecodeBase64("Zg"), "f");
  EXPECT_EQ(DecodeBase64("Zm8"), "fo");
}

TEST(Base64Test, OtherTextIsRefused) {
  for (const char* bad : {"Z", "Zm9vY", "Zm 9", "Zg==Zg==", "Z===", "Zm9-", "Zm9_", "=", "====",
                          "\xC3\xA9"
                          "AA"}) {
    EXPECT_FALSE(DecodeBase64(bad)) << bad;
  }
}

TEST(Base64Test, RandomBytesComeBack) {
  std::mt19937 random(7);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string text;
    AppendBase64(bytes, &text);
    EXPECT_EQ(text.size() % 4, 0u);
    ASSERT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(OutgoingPacketTest, IsAFrameWithItsPayload) {
  const OutgoingPacket packet = OutgoingPacket::Text(PacketType::kMessage, "2/adm,", R"(["ev"])");
  EXPECT_EQ(*packet.frame(),
            "\x81\x0D"
            R"(42/adm,["ev"])");
  EXPECT_EQ(packet.payload(), R"(42/adm,["ev"])");
  EXPECT_FALSE(packet.is_binary());
  for (const size_t size : {0, 124, 125, 70000}) {
    EXPECT_EQ(OutgoingPacket::Text(PacketType::kMessage, std::string(size, 'x')).payload(),
              "4" + std::string(size, 'x'));
  }
}

TEST(OutgoingPacketTest, BinaryHasFourForms) {
  const BinaryMessage message("\x01\x02\x03");
  EXPECT_EQ(*message.PacketFor(BinaryForm::kRaw).frame(), "\x82\x03\x01\x02\x03");
  EXPECT_EQ(*message.PacketFor(BinaryForm::kTyped).frame(), "\x82\x04\x04\x01\x02\x03");
  EXPECT_EQ(*message.PacketFor(BinaryForm::kBase64).frame(),
            "\x81\x05"
            "bAQID");
  EXPECT_EQ(*message.PacketFor(BinaryForm::kTypedBase64).frame(),
            "\x81\x06"
            "b4AQID");
  EXPECT_TRUE(message.PacketFor(BinaryForm::kTyped).is_binary());
  EXPECT_FALSE(message.PacketFor(BinaryForm::kBase64).is_binary());
}

TEST(OutgoingPacketTest, OneFormIsEncodedOnce) {
  const BinaryMessage message("abc");
  EXPECT_EQ(message.PacketFor(BinaryForm::kRaw).frame(), message.PacketFor(BinaryForm::kRaw).frame());
}

TEST(SendQueueTest, CountsPendingAndInFlight) {
  SendQueue queue({.bytes = 100, .packets = 10});
  const OutgoingPacket packet = OutgoingPacket::Text(PacketType::kMessage, std::string(37, 'x'));  // 40 bytes
  EXPECT_TRUE(queue.Push(packet));
  EXPECT_TRUE(queue.Push(packet));
  std::vector<OutgoingPacket> batch;
  queue.TakeBatch(&batch);
  EXPECT_EQ(batch.size(), 2u);
  EXPECT_TRUE(queue.in_flight());
  EXPECT_FALSE(queue.has_pending());
  EXPECT_EQ(queue.bytes(), 80u);
  EXPECT_TRUE(queue.Push(packet));
  EXPECT_FALSE(queue.Push(packet));
  queue.BatchWritten();
  EXPECT_EQ(queue.bytes(), 40u);
  EXPECT_EQ(queue.packets(), 1u);
  EXPECT_TRUE(queue.Push(packet));
}

class Recorder : public Flushable {
 public:
  explicit Recorder(std::function<void()> on_flush) : on_flush_(std::move(on_flush)) {}
  void Flush() override { on_flush_(); }

 private:
  std::function<void()> on_flush_;
};

TEST(FlushSchedulerTest, FlushesEachOnceWhateverTheNumberOfCalls) {
  ManualEventLoop loop;
  FlushScheduler scheduler(&loop);
  std::string order;
  Recorder a([&] { order += 'a'; });
  Recorder b([&] { order += 'b'; });
  scheduler.ScheduleFlush(&a);
  scheduler.ScheduleFlush(&b);
  scheduler.ScheduleFlush(&a);
  EXPECT_EQ(order, "");
  loop.Run();
  EXPECT_EQ(order, "ab");
  loop.Run();
  EXPECT_EQ(order, "ab");
}

TEST(FlushSchedulerTest, SchedulingFromWithinAFlushIsForTheNextTurn) {
  ManualEventLoop loop;
  FlushScheduler scheduler(&loop);
  int times = 0;
  Recorder* self = nullptr;
  Recorder a([&] {
    if (++times < 3) scheduler.ScheduleFlush(self);
  });
  self = &a;
  scheduler.ScheduleFlush(&a);
  loop.Run();
  EXPECT_EQ(times, 3);
}

TEST(FlushSchedulerTest, DestroyedObjectsAreSkippedAlsoInTheMiddleOfAFlush) {
  ManualEventLoop loop;
  FlushScheduler scheduler(&loop);
  std::string order;
  auto c = std::make_unique<Recorder>([&] { order += 'c'; });
  auto early = std::make_unique<Recorder>([&] { order += 'e'; });
  Recorder a([&] {
    order += 'a';
    c.reset();
  });
  scheduler.ScheduleFlush(early.get());
  scheduler.ScheduleFlush(&a);
  scheduler.ScheduleFlush(c.get());
  early.reset();
  loop.Run();
  EXPECT_EQ(order, "a");
}

TEST(FlushSchedulerTest, PostedTaskMayOutliveTheScheduler) {
  ManualEventLoop loop;
  std::string order;
  Recorder a([&] { order += 'a'; });
  {
    FlushScheduler scheduler(&loop);
    scheduler.ScheduleFlush(&a);
  }
  loop.Run();
  EXPECT_EQ(order, "");
}

}  // namespace
}  // namespace sail::gateway::engineio
