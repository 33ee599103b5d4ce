#include <random>
#include <string>
#include <vector>

#include "gateway/http/request_parser.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using State = RequestParser::State;

const std::vector<std::string>& Seeds() {
  static const auto& seeds = *new std::vector<std::string>{
      "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nT: "
      "1\r\n\r\n",
      "GET /d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  };
  return seeds;
}

// What a parser made of the bytes, fed in pieces: requests taken, then the last state and status.
std::string Outcome(const std::string& wire, size_t step) {
  RequestParser parser({}, [](const HttpRequest&) { return size_t{1000}; });
  std::string outcome, rest;
  for (size_t position = 0; position < wire.size() && parser.state() != State::kError; position += step) {
    rest.append(wire, position, step);
    while (true) {
      const size_t used = parser.Feed(rest);
      EXPECT_LE(used, rest.size());
      rest.erase(0, used);
      if (parser.state() == State::kDone) {
        const auto request = parser.TakeRequest();
        outcome += request->method + " " + request->target + " " + request->body + "\n";
      } else if (used == 0 || rest.empty() || parser.state() == State::kError) {
        break;
      }
    }
  }
  return outcome + std::to_string(parser.state() == State::kError ? parser.error_status() : 0);
}

// Damaged requests: no crash, no reading past the end, and the same verdict whatever way the bytes are cut.
TEST(RequestParserRandom, CutsDoNotChangeTheVerdict) {
  std::mt19937 random(7);
  const std::string interesting = std::string("\r\n\0 :;\t\x80/%#?,\"0", 16) + "aF";
  for (int round = 0; round < 20000; ++round) {
    std::string wire;
    for (unsigned i = 0; i < 1 + random() % 3; ++i) wire += Seeds()[random() % Seeds().size()];
    for (unsigned edits = random() % 4; edits > 0; --edits) {
      const size_t position = random() % wire.size();
      const char c = interesting[random() % interesting.size()];
      switch (random() % 3) {
        case 0:
          wire[position] = c;
          break;
        case 1:
          wire.insert(position, 1, c);
          break;
        default:
          wire.erase(position, 1 + random() % 3);
      }
      if (wire.empty()) wire = "\r";
    }
    const std::string whole = Outcome(wire, wire.size());
    ASSERT_EQ(Outcome(wire, 1), whole) << wire;
    ASSERT_EQ(Outcome(wire, 1 + random() % 20), whole) << wire;
  }
}

}  // namespace
}  // namespace sail::gateway
