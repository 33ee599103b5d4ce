// UTF-8 (RFC 3629) checked piece by piece, wherever the pieces are cut.
#ifndef SAIL_GATEWAY_WEBSOCKET_UTF8_VALIDATOR_H_
#define SAIL_GATEWAY_WEBSOCKET_UTF8_VALIDATOR_H_

#include <cstdint>
#include <string_view>

namespace sail::gateway::websocket {

// Not thread-safe.
class Utf8Validator {
 public:
  // Takes the next bytes. False as soon as no continuation could make the text valid; the validator then
  // needs a Reset.
  [[nodiscard]] bool Add(std::string_view bytes);

  // Whether the bytes so far end with a complete character.
  [[nodiscard]] bool complete() const { return missing_ == 0; }

  void Reset() { *this = Utf8Validator(); }

 private:
  uint8_t missing_ = 0;  // continuation bytes still to come
  uint8_t low_ = 0x80;   // range of the next one: narrower after E0, ED, F0 and F4
  uint8_t high_ = 0xBF;
};

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_UTF8_VALIDATOR_H_
