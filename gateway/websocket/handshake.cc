#include "gateway/websocket/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>

namespace sail::gateway::websocket {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// token in lower case.
bool EqualsIgnoringCase(std::string_view text, std::string_view token) {
  if (text.size() != token.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (lower != token[i]) return false;
  }
  return true;
}

bool HasToken(std::string_view list, std::string_view token) {
  for (;;) {
    const size_t comma = list.find(',');
    if (EqualsIgnoringCase(Trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

// Base64 of 16 bytes: 22 characters and two pads. Unused bits of the last character need not be zero, as in
// ws.
bool IsKey(std::string_view key) {
  if (key.size() != 24 || key.substr(22) != "==") return false;
  for (const char c : key.substr(0, 22)) {
    const bool ok =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!ok) return false;
  }
  return true;
}

}  // namespace

bool AsksForWebSocket(std::string_view upgrade) { return HasToken(upgrade, "websocket"); }

HandshakeAnswer CheckHandshake(const HandshakeRequest& request) {
  if (request.method != "GET") return {405, "a WebSocket is asked for with GET"};
  if (request.http_version < 11) return {400, "a WebSocket needs HTTP/1.1"};
  if (!AsksForWebSocket(request.upgrade)) return {400, "no Upgrade to websocket"};
  if (!HasToken(request.connection, "upgrade")) return {400, "no Connection: Upgrade"};
  if (request.version != "13") return {426, "WebSocket version 13 is spoken here"};
  if (!IsKey(request.key)) return {400, "missing or malformed Sec-WebSocket-Key"};
  return {101, "", AcceptKey(request.key)};
}

std::string AcceptKey(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  uint8_t digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
  uint8_t base64[4 * ((sizeof(digest) + 2) / 3) + 1];
  const int length = EVP_EncodeBlock(base64, digest, sizeof(digest));
  return std::string(reinterpret_cast<const char*>(base64), static_cast<size_t>(length));
}

}  // namespace sail::gateway::websocket
