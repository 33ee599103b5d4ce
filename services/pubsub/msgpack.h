// MessagePack as notepack, the encoder of the Socket.IO adapters, writes it, and a reader for any
// MessagePack.
#ifndef SAIL_PUBSUB_MSGPACK_H_
#define SAIL_PUBSUB_MSGPACK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace sail::pubsub {

// Appends to a string, always in the smallest form.
class MsgpackWriter {
 public:
  explicit MsgpackWriter(std::string* out) : out_(out) {}

  void Nil();
  void Boolean(bool value);
  void Integer(int64_t value);
  void Unsigned(uint64_t value);
  void Double(double value);
  void String(std::string_view utf8);
  void Binary(std::string_view bytes);
  // Followed by count values, or count times a key and a value.
  void ArrayHeader(uint32_t count);
  void MapHeader(uint32_t count);

  std::string* out() { return out_; }

 private:
  void Byte(uint8_t byte) { out_->push_back(static_cast<char>(byte)); }
  void BigEndian(uint64_t value, int bytes);

  std::string* out_;
};

struct MsgpackToken {
  enum class Type {
    kNil,
    kBoolean,
    kInteger,
    kUnsigned,
    kDouble,
    kString,
    kBinary,
    kExtension,
    kArray,
    kMap
  };

  Type type = Type::kNil;
  bool boolean = false;
  int64_t integer = 0;  // kInteger: negative; what is not negative is kUnsigned
  uint64_t unsigned_integer = 0;
  double number = 0;
  std::string_view bytes;  // kString (maybe not UTF-8), kBinary, kExtension
  int8_t extension = 0;    // the extension's type
  uint32_t count = 0;      // kArray: values that follow; kMap: pairs that follow
};

// Reads token by token. Reads nothing beyond the bytes given, whatever they say; errors are INVALID_ARGUMENT.
class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) : rest_(bytes) {}

  absl::Status Next(MsgpackToken* token);
  // The next value with everything inside it.
  absl::Status Skip();

  bool at_end() const { return rest_.empty(); }

 private:
  bool Take(size_t size, std::string_view* bytes);
  bool TakeBigEndian(int bytes, uint64_t* value);
  absl::Status Sized(MsgpackToken::Type type, int length_bytes, MsgpackToken* token);
  absl::Status Counted(MsgpackToken::Type type, int length_bytes, MsgpackToken* token);
  absl::Status Extension(size_t size, MsgpackToken* token);
  absl::Status Number(uint8_t code, MsgpackToken* token);

  std::string_view rest_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_MSGPACK_H_
