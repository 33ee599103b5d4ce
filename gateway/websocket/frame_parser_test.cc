#include "gateway/websocket/frame_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/websocket/client_frames.h"

namespace sail::gateway::websocket {
namespace {

using std::string_literals::operator""s;
using Events = std::vector<std::string>;

class Recorder : public FrameHandler {
 public:
  void OnText(std::string_view text) override { Add("text:" + std::string(text)); }
  void OnBinary(std::string_view bytes) override { Add("binary:" + std::string(bytes)); }
  void OnPing(std::string_view payload) override { Add("ping:" + std::string(payload)); }
  void OnPong(std::string_view payload) override { Add("pong:" + std::string(payload)); }
  void OnClose(CloseCode code, std::string_view reason) override {
    Add("close:" + std::to_string(static_cast<int>(code)) + ":" + std::string(reason));
  }

  Events events;
  FrameParser* stop = nullptr;

 private:
  void Add(std::string event) {
    events.push_back(std::move(event));
    if (stop != nullptr) stop->Stop();
  }
};

struct Outcome {
  Events events;
  int violation = 0;  // close code, 0 for none
};

constexpr size_t kLimit = 1000;

// chunk: bytes per Feed; 0 for all at once.
Outcome Parse(std::string bytes, size_t chunk = 0, size_t limit = kLimit) {
  Recorder recorder;
  FrameParser parser(limit, &recorder);
  Outcome outcome;
  if (chunk == 0) chunk = bytes.size();
  for (size_t at = 0; at < bytes.size(); at += chunk) {
    const auto violation = parser.Feed(bytes.data() + at, std::min(chunk, bytes.size() - at));
    if (violation) {
      EXPECT_EQ(outcome.violation, 0) << "a second violation";
      outcome.violation = static_cast<int>(violation->code);
    }
  }
  outcome.events = recorder.events;
  return outcome;
}

void ExpectParse(const std::string& bytes, const Events& events, int violation = 0) {
  for (const size_t chunk : {0, 1, 2, 3, 5, 7, 13}) {
    const Outcome outcome = Parse(bytes, chunk);
    EXPECT_EQ(outcome.events, events) << "in chunks of " << chunk;
    EXPECT_EQ(outcome.violation, violation) << "in chunks of " << chunk;
  }
}

TEST(FrameParserTest, ReadsTheMaskedExampleOfTheRfc) {
  ExpectParse("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", {"text:Hello"});
}

TEST(FrameParserTest, ReadsMessagesOfEveryLengthForm) {
  for (const size_t size : {0, 1, 7, 8, 9, 125, 126, 127, 1000}) {
    ExpectParse(ClientFrame(Opcode::kBinary, std::string(size, 'b')), {"binary:" + std::string(size, 'b')});
  }
  const std::string big(70000, 'x');
  EXPECT_EQ(Parse(ClientFrame(Opcode::kText, big), 0, 70000).events, Events{"text:" + big});
  EXPECT_EQ(Parse(ClientFrame(Opcode::kText, big), 4096, 70000).events, Events{"text:" + big});
}

TEST(FrameParserTest, ReadsSeveralFramesOfOneChunk) {
  ExpectParse(ClientFrame(Opcode::kText, "one") + ClientFrame(Opcode::kBinary, "two") +
                  ClientFrame(Opcode::kText, "") + ClientFrame(Opcode::kPong, ""),
              {"text:one", "binary:two", "text:", "pong:"});
}

TEST(FrameParserTest, PutsFragmentsTogether) {
  ExpectParse(ClientFrame(Opcode::kText, "Hel", false) + ClientFrame(Opcode::kContinuation, "", false) +
                  ClientFrame(Opcode::kContinuation, "lo"),
              {"text:Hello"});
  ExpectParse(ClientFrame(Opcode::kBinary, "", false) + ClientFrame(Opcode::kContinuation, "ab"),
              {"binary:ab"});
}

TEST(FrameParserTest, ControlFramesComeBetweenFragments) {
  ExpectParse(ClientFrame(Opcode::kText, "a", false) + ClientFrame(Opcode::kPing, "p") +
                  ClientFrame(Opcode::kContinuation, "b", false) +
                  ClientFrame(Opcode::kPong, std::string(125, 'q')) +
                  ClientFrame(Opcode::kContinuation, "c") + ClientFrame(Opcode::kText, "next"),
              {"ping:p", "pong:" + std::string(125, 'q'), "text:abc", "text:next"});
}

TEST(FrameParserTest, CharactersMayBeCutByFragments) {
  const std::string text = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    ExpectParse(ClientFrame(Opcode::kText, text.substr(0, cut), false) + ClientFrame(Opcode::kPing, "\xFF") +
                    ClientFrame(Opcode::kContinuation, text.substr(cut)),
                {"ping:\xFF", "text:" + text});
  }
}

TEST(FrameParserTest, BinaryNeedNotBeUtf8) {
  ExpectParse(ClientFrame(Opcode::kBinary, "\xFF\x00\xC3"s), {"binary:\xFF\x00\xC3"s});
}

TEST(FrameParserTest, BadUtf8IsRefusedWith1007) {
  for (const std::string& bad :
       {"\xFF"s, "abc\xC0\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "\xC3"s, "\xE2\x82"s}) {
    ExpectParse(ClientFrame(Opcode::kText, bad), {}, 1007);
    ExpectParse(ClientFrame(Opcode::kText, "ok", false) + ClientFrame(Opcode::kContinuation, bad), {}, 1007);
  }
}

TEST(FrameParserTest, BadUtf8IsRefusedBeforeTheMessageIsWhole) {
  std::string bytes = ClientFrame(Opcode::kText, "\xFF rest of a long text", false);
  bytes.resize(8);
  ExpectParse(bytes, {}, 1007);
}

TEST(FrameParserTest, ProtocolErrorsAreRefusedWith1002) {
  const std::string good = ClientFrame(Opcode::kText, "a");
  struct Case {
    const char* what;
    std::string bytes;
    Events before;
  };
  const auto with_first_byte = [&](unsigned char b) {
    std::string bytes = good;
    bytes[0] = static_cast<char>(b);
    return bytes;
  };
  std::vector<Case> cases = {
      {"unmasked text", "\x81\x01"s + "a", {}},
      {"unmasked empty ping", "\x89\x00"s, {}},
      {"fragmented ping", ClientFrame(Opcode::kPing, "a", false), {}},
      {"fragmented pong", ClientFrame(Opcode::kPong, "a", false), {}},
      {"fragmented close", ClientFrame(Opcode::kClose, "", false), {}},
      {"ping of 126 bytes", ClientFrame(Opcode::kPing, std::string(126, 'x')), {}},
      {"close of 126 bytes", ClientFrame(Opcode::kClose, "\x03\xE8"s + std::string(124, 'x')), {}},
      {"continuation of nothing", ClientFrame(Opcode::kContinuation, "a"), {}},
      {"continuation after the end", good + ClientFrame(Opcode::kContinuation, "a"), {"text:a"}},
      {"text inside a message", ClientFrame(Opcode::kText, "a", false) + good, {}},
      {"binary inside a message",
       ClientFrame(Opcode::kText, "", false) + ClientFrame(Opcode::kBinary, "a"),
       {}},
      {"16-bit length of 125", "\x82\xFE\x00\x7D"s + std::string(129, 'x'), {}},
      {"64-bit length of 65535", "\x82\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s + "mask", {}},
      {"length of 2^63", "\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00"s + "mask", {}},
      {"close with one byte", ClientFrame(Opcode::kClose, "\x03"), {}},
  };
  for (const unsigned char bit : {0x40, 0x20, 0x10})
    cases.push_back({"RSV", with_first_byte(0x81 | bit), {}});
  for (const unsigned char op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    cases.push_back({"reserved opcode", with_first_byte(0x80 | op), {}});
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535}) {
    cases.push_back({"forbidden close code", ClientClose(static_cast<uint16_t>(code)), {}});
  }
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    ExpectParse(c.bytes + good, c.before, 1002);
  }
}

TEST(FrameParserTest, FirstTwoBytesAreEnoughToRefuse) {
  EXPECT_EQ(Parse("\x81\x01"s).violation, 1002);
  EXPECT_EQ(Parse("\xC1\x81"s).violation, 1002);
  EXPECT_EQ(Parse("\x89\xFE"s).violation, 1002);
}

TEST(FrameParserTest, MessagesOverTheLimitAreRefusedWith1009ByTheirHeader) {
  ExpectParse(ClientFrame(Opcode::kBinary, std::string(1001, 'x')).substr(0, 8), {}, 1009);
  ExpectParse("\x82\xFF\x00\x00\x00\xFF\xFF\xFF\xFF\xFF"s + "mask", {}, 1009);
  ExpectParse("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s + "mask", {}, 1009);
}

TEST(FrameParserTest, LimitCountsAllFragments) {
  const std::string half(500, 'x');
  ExpectParse(ClientFrame(Opcode::kText, half, false) + ClientFrame(Opcode::kContinuation, half),
              {"text:" + half + half});
  ExpectParse(ClientFrame(Opcode::kText, half, false) + ClientFrame(Opcode::kContinuation, half, false) +
                  ClientFrame(Opcode::kContinuation, "x"),
              {}, 1009);
}

TEST(FrameParserTest, LimitStartsAnewWithEachMessage) {
  const std::string full(1000, 'x');
  ExpectParse(ClientFrame(Opcode::kText, full) + ClientFrame(Opcode::kText, full),
              {"text:" + full, "text:" + full});
}

TEST(FrameParserTest, CloseFramesEndTheStream) {
  const std::string after = ClientFrame(Opcode::kText, "late") + "\xFF\xFF"s;
  ExpectParse(ClientFrame(Opcode::kClose, "") + after, {"close:1005:"});
  ExpectParse(ClientClose(1000) + after, {"close:1000:"});
  ExpectParse(ClientClose(1001, "going") + after, {"close:1001:going"});
  for (const int code : {1002, 1003, 1007, 1011, 1012, 1014, 3000, 4999}) {
    ExpectParse(ClientClose(static_cast<uint16_t>(code)) + after, {"close:" + std::to_string(code) + ":"});
  }
}

TEST(FrameParserTest, CloseReasonMustBeUtf8) {
  ExpectParse(ClientClose(1000, "\xC3"), {}, 1007);
  ExpectParse(ClientClose(1000, "\xC3\xA9"), {"close:1000:\xC3\xA9"});
}

TEST(FrameParserTest, StopInsideACallDropsTheRestOfTheChunk) {
  Recorder recorder;
  FrameParser parser(kLimit, &recorder);
  recorder.stop = &parser;
  std::string bytes = ClientFrame(Opcode::kText, "one") + ClientFrame(Opcode::kText, "two") + "\xFF\xFF"s;
  EXPECT_FALSE(parser.Feed(bytes.data(), bytes.size()));
  EXPECT_EQ(recorder.events, Events{"text:one"});
}

TEST(FrameParserTest, MaskOfZeroIsAMask) {
  ExpectParse(ClientFrame(Opcode::kText, "plain", true, "\0\0\0\0"s), {"text:plain"});
}

}  // namespace
}  // namespace sail::gateway::websocket
