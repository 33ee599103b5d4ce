#include "gateway/engineio/polling_answers.h"

#include <cstddef>
#include <string>
#include <utility>

#include "gateway/engineio/payload_codec_v3.h"
#include "gateway/engineio/payload_codec_v4.h"
#include "gateway/http/accept.h"
#include "gateway/http/content_coding.h"

namespace sail::gateway::engineio {
namespace {

constexpr size_t kCompressionThreshold = 1024;

}  // namespace

HttpResponse PayloadAnswer(const HttpRequest& poll, Version version,
                           const std::vector<OutgoingPacket>& packets) {
  HttpResponse response;
  bool is_binary = false;
  if (version == Version::kV3) {
    PayloadV3 payload = EncodePayloadV3(packets);
    is_binary = payload.is_binary;
    response.body = std::move(payload.body);
  } else {
    response.body = EncodePayloadV4(packets);
  }
  response.AddHeader("Content-Type", is_binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
  response.AddHeader("cache-control", "no-store");
  if (response.body.size() < kCompressionThreshold) return response;
  const ContentCoding coding = NegotiateCoding(poll);
  if (coding == ContentCoding::kIdentity) return response;
  response.body = Compress(response.body, coding);
  response.AddHeader("Content-Encoding", std::string(ContentCodingName(coding)));
  return response;
}

HttpResponse PostTakenAnswer() {
  HttpResponse response;
  response.AddHeader("Content-Type", "text/html");
  response.AddHeader("cache-control", "no-store");
  response.body = "ok";
  return response;
}

HttpResponse EmptyAnswer(int status) { return HttpResponse{.status = status}; }

HttpResponse ErrorAnswer(const EngineError& error) {
  HttpResponse response;
  response.status = error.status;
  response.body = EngineErrorBody(error);
  response.AddHeader("Content-Type", "application/json");
  return response;
}

}  // namespace sail::gateway::engineio
