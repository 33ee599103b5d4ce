#include "gateway/http/response_writer.h"

#include <algorithm>

#include "gateway/http/accept.h"
#include "gateway/http/ascii.h"
#include "gateway/http/content_coding.h"
#include "gateway/http/content_type.h"
#include "gateway/http/entity_tag.h"
#include "gateway/http/response_format.h"

namespace sail::gateway {
namespace {

constexpr size_t kCompressionThreshold = 1024;

std::string_view DefaultType(ContentKind kind) {
  switch (kind) {
    case ContentKind::kJson:
      return "application/json; charset=utf-8";
    case ContentKind::kText:
      return "text/plain; charset=utf-8";
    case ContentKind::kHtml:
      return "text/html; charset=utf-8";
    case ContentKind::kBinary:
      return "application/octet-stream";
    case ContentKind::kNone:
      break;
  }
  return "";
}

void RemoveHeader(std::string_view name, HttpResponse* response) {
  std::erase_if(response->headers,
                [&](const HttpHeader& header) { return EqualsIgnoreCase(header.name, name); });
}

void SetContentType(HttpResponse* response) {
  const std::string_view fallback = DefaultType(response->content);
  for (HttpHeader& header : response->headers) {
    if (!EqualsIgnoreCase(header.name, "content-type")) continue;
    // res.send gives every string a charset, whatever its type.
    const bool is_text = response->content != ContentKind::kBinary && response->content != ContentKind::kNone;
    if (is_text && AsciiLowered(header.value).find("charset=") == std::string::npos) {
      header.value.append("; charset=utf-8");
    }
    return;
  }
  if (!fallback.empty()) response->AddHeader("Content-Type", std::string(fallback));
}

void CompressBody(const HttpRequest& request, HttpResponse* response) {
  const auto type = FindHeader(response->headers, "content-type");
  if (!type || !IsCompressible(*type)) return;
  AddVary("Accept-Encoding", response);
  if (request.method == "HEAD" || response->body_view().size() < kCompressionThreshold) return;
  if (FindHeader(response->headers, "content-encoding")) return;
  const ContentCoding coding = NegotiateCoding(request);
  if (coding == ContentCoding::kIdentity) return;
  response->body = Compress(response->body_view(), coding);
  response->shared_body = nullptr;
  response->AddHeader("Content-Encoding", std::string(ContentCodingName(coding)));
}

}  // namespace

void SetHeader(std::string_view name, std::string value, HttpResponse* response) {
  RemoveHeader(name, response);
  response->AddHeader(std::string(name), std::move(value));
}

void AddVary(std::string_view field, HttpResponse* response) {
  for (HttpHeader& header : response->headers) {
    if (!EqualsIgnoreCase(header.name, "vary")) continue;
    bool known = false;
    ForEachListItem(header.value, [&](std::string_view item) {
      known = known || item == "*" || EqualsIgnoreCase(item, field);
    });
    if (!known) header.value.append(header.value.empty() ? "" : ", ").append(field);
    return;
  }
  response->AddHeader("Vary", std::string(field));
}

void ApplyEnvelope(const HttpRequest& request, HttpResponse* response) {
  if (!FindHeader(response->headers, "x-powered-by")) {
    response->headers.insert(response->headers.begin(), {"X-Powered-By", "Sails <sailsjs.com>"});
  }
  SetContentType(response);
  if (response->content != ContentKind::kNone && !FindHeader(response->headers, "etag")) {
    response->AddHeader("ETag", WeakEntityTag(response->body_view()));
  }
  const bool cacheable = request.method == "GET" || request.method == "HEAD";
  if (cacheable && response->status >= 200 && response->status < 300 &&
      IsFresh(request, FindHeader(response->headers, "etag").value_or(""),
              FindHeader(response->headers, "last-modified").value_or(""))) {
    response->status = 304;
  }
  if (!StatusHasBody(response->status)) {
    RemoveHeader("content-type", response);
    response->body.clear();
    response->shared_body = nullptr;
    return;
  }
  CompressBody(request, response);
}

}  // namespace sail::gateway
