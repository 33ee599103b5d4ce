#include "services/pubsub/msgpack.h"

#include <bit>
#include <limits>

namespace sail::pubsub {
namespace {

using Type = MsgpackToken::Type;

absl::Status Truncated() {
  return absl::InvalidArgumentError("MessagePack: the bytes end in the middle of a value");
}

}  // namespace

void MsgpackWriter::BigEndian(uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) Byte(static_cast<uint8_t>(value >> shift));
}

void MsgpackWriter::Nil() { Byte(0xc0); }

void MsgpackWriter::Boolean(bool value) { Byte(value ? 0xc3 : 0xc2); }

void MsgpackWriter::Integer(int64_t value) {
  if (value >= 0) {
    Unsigned(static_cast<uint64_t>(value));
  } else if (value >= -0x20) {
    Byte(static_cast<uint8_t>(value));
  } else if (value >= std::numeric_limits<int8_t>::min()) {
    Byte(0xd0);
    BigEndian(static_cast<uint64_t>(value), 1);
  } else if (value >= std::numeric_limits<int16_t>::min()) {
    Byte(0xd1);
    BigEndian(static_cast<uint64_t>(value), 2);
  } else if (value >= std::numeric_limits<int32_t>::min()) {
    Byte(0xd2);
    BigEndian(static_cast<uint64_t>(value), 4);
  } else {
    Byte(0xd3);
    BigEndian(static_cast<uint64_t>(value), 8);
  }
}

void MsgpackWriter::Unsigned(uint64_t value) {
  if (value < 0x80) {
    Byte(static_cast<uint8_t>(value));
  } else if (value < 0x100) {
    Byte(0xcc);
    BigEndian(value, 1);
  } else if (value < 0x10000) {
    Byte(0xcd);
    BigEndian(value, 2);
  } else if (value < 0x100000000) {
    Byte(0xce);
    BigEndian(value, 4);
  } else {
    Byte(0xcf);
    BigEndian(value, 8);
  }
}

void MsgpackWriter::Double(double value) {
  Byte(0xcb);
  BigEndian(std::bit_cast<uint64_t>(value), 8);
}

void MsgpackWriter::String(std::string_view utf8) {
  if (utf8.size() < 0x20) {
    Byte(static_cast<uint8_t>(0xa0 | utf8.size()));
  } else if (utf8.size() < 0x100) {
    Byte(0xd9);
    BigEndian(utf8.size(), 1);
  } else if (utf8.size() < 0x10000) {
    Byte(0xda);
    BigEndian(utf8.size(), 2);
  } else {
    Byte(0xdb);
    BigEndian(utf8.size(), 4);
  }
  out_->append(utf8);
}

void MsgpackWriter::Binary(std::string_view bytes) {
  if (bytes.size() < 0x100) {
    Byte(0xc4);
    BigEndian(bytes.size(), 1);
  } else if (bytes.size() < 0x10000) {
    Byte(0xc5);
    BigEndian(bytes.size(), 2);
  } else {
    Byte(0xc6);
    BigEndian(bytes.size(), 4);
  }
  out_->append(bytes);
}

void MsgpackWriter::ArrayHeader(uint32_t count) {
  if (count < 0x10) {
    Byte(static_cast<uint8_t>(0x90 | count));
  } else if (count < 0x10000) {
    Byte(0xdc);
    BigEndian(count, 2);
  } else {
    Byte(0xdd);
    BigEndian(count, 4);
  }
}

void MsgpackWriter::MapHeader(uint32_t count) {
  if (count < 0x10) {
    Byte(static_cast<uint8_t>(0x80 | count));
  } else if (count < 0x10000) {
    Byte(0xde);
    BigEndian(count, 2);
  } else {
    Byte(0xdf);
    BigEndian(count, 4);
  }
}

bool MsgpackReader::Take(size_t size, std::string_view* bytes) {
  if (rest_.size() < size) return false;
  *bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool MsgpackReader::TakeBigEndian(int bytes, uint64_t* value) {
  std::string_view raw;
  if (!Take(static_cast<size_t>(bytes), &raw)) return false;
  *value = 0;
  for (const char c : raw) *value = *value << 8 | static_cast<uint8_t>(c);
  return true;
}

absl::Status MsgpackReader::Sized(Type type, int length_bytes, MsgpackToken* token) {
  token->type = type;
  uint64_t size = 0;
  if (!TakeBigEndian(length_bytes, &size) || !Take(size, &token->bytes)) return Truncated();
  return absl::OkStatus();
}

absl::Status MsgpackReader::Counted(Type type, int length_bytes, MsgpackToken* token) {
  token->type = type;
  uint64_t count = 0;
  if (!TakeBigEndian(length_bytes, &count)) return Truncated();
  token->count = static_cast<uint32_t>(count);
  return absl::OkStatus();
}

absl::Status MsgpackReader::Extension(size_t size, MsgpackToken* token) {
  token->type = Type::kExtension;
  uint64_t type = 0;
  if (!TakeBigEndian(1, &type) || !Take(size, &token->bytes)) return Truncated();
  token->extension = static_cast<int8_t>(type);
  return absl::OkStatus();
}

absl::Status MsgpackReader::Number(uint8_t code, MsgpackToken* token) {
  uint64_t raw = 0;
  if (code == 0xca || code == 0xcb) {
    token->type = Type::kDouble;
    if (!TakeBigEndian(code == 0xca ? 4 : 8, &raw)) return Truncated();
    token->number =
        code == 0xca ? std::bit_cast<float>(static_cast<uint32_t>(raw)) : std::bit_cast<double>(raw);
    return absl::OkStatus();
  }
  const bool is_signed = code >= 0xd0;
  const int bytes = 1 << (code - (is_signed ? 0xd0 : 0xcc));
  if (!TakeBigEndian(bytes, &raw)) return Truncated();
  const int unused_bits = 64 - 8 * bytes;
  const int64_t value = static_cast<int64_t>(raw << unused_bits) >> unused_bits;
  if (is_signed && value < 0) {
    token->type = Type::kInteger;
    token->integer = value;
  } else {
    token->type = Type::kUnsigned;
    token->unsigned_integer = raw;
  }
  return absl::OkStatus();
}

absl::Status MsgpackReader::Next(MsgpackToken* token) {
  *token = MsgpackToken();
  uint64_t byte = 0;
  if (!TakeBigEndian(1, &byte)) return Truncated();
  const auto code = static_cast<uint8_t>(byte);
  if (code < 0x80) {
    token->type = Type::kUnsigned;
    token->unsigned_integer = code;
    return absl::OkStatus();
  }
  if (code >= 0xe0) {
    token->type = Type::kInteger;
    token->integer = static_cast<int8_t>(code);
    return absl::OkStatus();
  }
  if (code < 0xa0) {
    token->type = code < 0x90 ? Type::kMap : Type::kArray;
    token->count = code & 0x0f;
    return absl::OkStatus();
  }
  if (code < 0xc0) {
    token->type = Type::kString;
    return Take(code & 0x1f, &token->bytes) ? absl::OkStatus() : Truncated();
  }
  switch (code) {
    case 0xc0:
      return absl::OkStatus();
    case 0xc2:
    case 0xc3:
      token->type = Type::kBoolean;
      token->boolean = code == 0xc3;
      return absl::OkStatus();
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return Sized(Type::kBinary, 1 << (code - 0xc4), token);
    case 0xc7:
    case 0xc8:
    case 0xc9: {
      uint64_t size = 0;
      if (!TakeBigEndian(1 << (code - 0xc7), &size)) return Truncated();
      return Extension(size, token);
    }
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return Extension(size_t{1} << (code - 0xd4), token);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return Sized(Type::kString, 1 << (code - 0xd9), token);
    case 0xdc:
    case 0xdd:
      return Counted(Type::kArray, 2 << (code - 0xdc), token);
    case 0xde:
    case 0xdf:
      return Counted(Type::kMap, 2 << (code - 0xde), token);
    case 0xc1:
      return absl::InvalidArgumentError("MessagePack: the byte c1 is never used");
    default:
      return Number(code, token);
  }
}

absl::Status MsgpackReader::Skip() {
  // No recursion, so that nesting costs no stack; every step takes at least one byte.
  uint64_t open = 1;
  while (open > 0) {
    MsgpackToken token;
    if (absl::Status status = Next(&token); !status.ok()) return status;
    --open;
    if (token.type == Type::kArray) open += token.count;
    if (token.type == Type::kMap) open += uint64_t{2} * token.count;
  }
  return absl::OkStatus();
}

}  // namespace sail::pubsub
