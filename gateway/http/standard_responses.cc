#include "gateway/http/standard_responses.h"

#include <utility>

#include "gateway/http/accept.h"
#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

constexpr std::string_view kAllowed = "GET,HEAD,PUT,POST,DELETE,PATCH";

HttpResponse WithBody(int status, std::string body, ContentKind content) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.content = content;
  return response;
}

// npm encodeurl: escapes what has no place in a URL, leaves escapes alone.
std::string EncodeUrl(std::string_view url) {
  constexpr std::string_view kUnsafe = "\"<>`{}%";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool escape =
        c == '%' && i + 2 < url.size() && HexDigit(url[i + 1]) >= 0 && HexDigit(url[i + 2]) >= 0;
    const bool unsafe = byte <= 0x20 || byte >= 0x7F || kUnsafe.find(c) != std::string_view::npos;
    if (unsafe && !escape) {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped.append("&amp;");
        break;
      case '<':
        escaped.append("&lt;");
        break;
      case '>':
        escaped.append("&gt;");
        break;
      case '"':
        escaped.append("&quot;");
        break;
      case '\'':
        escaped.append("&#39;");
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace

HttpResponse TextResponse(int status, std::string text) {
  return WithBody(status, std::move(text), ContentKind::kText);
}

HttpResponse HtmlResponse(int status, std::string html) {
  return WithBody(status, std::move(html), ContentKind::kHtml);
}

HttpResponse JsonResponse(int status, std::string json) {
  return WithBody(status, std::move(json), ContentKind::kJson);
}

HttpResponse NotFound() { return TextResponse(404, "Not Found"); }

HttpResponse Forbidden() { return TextResponse(403, "Forbidden"); }

HttpResponse ServerError(const HttpRequest& request) {
  if (!WantsHtml(request)) return TextResponse(500, "Internal Server Error");
  HttpResponse response;
  response.status = 500;
  response.AddHeader("Content-Type", "application/json; charset=utf-8");
  return response;
}

HttpResponse Redirect(const HttpRequest& request, std::string_view location, int status) {
  HttpResponse response;
  response.status = status;
  const std::string url = EncodeUrl(location);
  const std::string sentence = std::string(ReasonPhrase(status)) + ". Redirecting to ";
  response.AddHeader("Location", url);
  response.AddHeader("Vary", "Accept");
  // Not through res.send, hence no ETag: the kind stays kNone.
  const int form = NegotiateMediaType(request, {"text/plain", "text/html"});
  if (form == 0) {
    response.AddHeader("Content-Type", "text/plain; charset=utf-8");
    response.body = sentence + url;
  } else if (form == 1) {
    response.AddHeader("Content-Type", "text/html; charset=utf-8");
    response.body = "<p>" + sentence + EscapeHtml(url) + "</p>";
  }
  return response;
}

HttpResponse AllowedMethods() {
  HttpResponse response = HtmlResponse(200, std::string(kAllowed));
  response.AddHeader("Allow", std::string(kAllowed));
  return response;
}

HttpResponse UnreadableBody(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kDataLoss:
      return 502;
    case absl::StatusCode::kUnimplemented:
      return 404;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    default:
      return 500;
  }
}

HttpResponse FromCallStatus(const HttpRequest& request, const absl::Status& status) {
  const int code = HttpStatusOf(status.code());
  if (code == 500) return ServerError(request);
  HttpResponse response = TextResponse(code, std::string(ReasonPhrase(code)));
  if (code == 503) response.AddHeader("Retry-After", "1");
  return response;
}

}  // namespace sail::gateway
