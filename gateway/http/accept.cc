#include "gateway/http/accept.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

// "gzip;q=0.5" → "gzip", 0.5.
std::pair<std::string_view, double> SplitQuality(std::string_view item) {
  double quality = 1;
  const size_t end = item.find(';');
  for (std::string_view rest = item; rest.find(';') != std::string_view::npos;) {
    rest = TrimSpace(rest.substr(rest.find(';') + 1));
    if (rest.size() > 2 && AsciiLower(rest[0]) == 'q' && rest[1] == '=') {
      quality = std::strtod(std::string(rest.substr(2, rest.find(';') - 2)).c_str(), nullptr);
    }
  }
  return {TrimSpace(item.substr(0, end)), quality};
}

// How precisely the range covers the type: 3 exactly, 2 "text/*", 1 "*/*", 0 not at all.
int Specificity(std::string_view range, std::string_view type) {
  if (EqualsIgnoreCase(range, type)) return 3;
  if (range == "*/*" || range == "*") return 1;
  const size_t slash = type.find('/');
  if (range.ends_with("/*") && EqualsIgnoreCase(range.substr(0, range.size() - 1), type.substr(0, slash + 1)))
    return 2;
  return 0;
}

std::string MediaTypeOf(const HttpRequest& request) {
  const std::string_view type = request.header("content-type").value_or("");
  return AsciiLowered(TrimSpace(type.substr(0, type.find(';'))));
}

}  // namespace

ContentCoding NegotiateCoding(const HttpRequest& request) {
  const auto accepted = request.header("accept-encoding");
  if (!accepted) return ContentCoding::kIdentity;
  std::optional<double> gzip, deflate, identity;
  double any = 0;
  ForEachListItem(*accepted, [&](std::string_view item) {
    const auto [name, quality] = SplitQuality(item);
    if (EqualsIgnoreCase(name, "gzip")) gzip = quality;
    if (EqualsIgnoreCase(name, "deflate")) deflate = quality;
    if (EqualsIgnoreCase(name, "identity")) identity = quality;
    if (name == "*") any = quality;
  });
  const double for_gzip = gzip.value_or(any);
  const double for_deflate = deflate.value_or(any);
  const double best = std::max(for_gzip, for_deflate);
  if (best <= 0 || identity.value_or(0) > best) return ContentCoding::kIdentity;
  return for_gzip >= for_deflate ? ContentCoding::kGzip : ContentCoding::kDeflate;
}

int NegotiateMediaType(const HttpRequest& request, const std::vector<std::string_view>& offered) {
  const auto accepted = JoinHeader(request.headers, "accept");
  if (!accepted) return 0;
  int best = -1;
  std::tuple<double, int, int> best_rank;
  for (size_t i = 0; i < offered.size(); ++i) {
    int specificity = 0;
    double quality = 0;
    int place = 0;
    int position = 0;
    ForEachListItem(*accepted, [&](std::string_view item) {
      --position;
      const auto [range, q] = SplitQuality(item);
      const int fits = Specificity(range, offered[i]);
      if (fits <= specificity) return;
      std::tie(specificity, quality, place) = std::make_tuple(fits, q, position);
    });
    const auto rank = std::make_tuple(quality, specificity, place);
    if (quality <= 0 || (best >= 0 && rank <= best_rank)) continue;
    best = static_cast<int>(i);
    best_rank = rank;
  }
  return best;
}

bool WantsHtml(const HttpRequest& request) {
  const auto accepted = JoinHeader(request.headers, "accept");
  if (!accepted || AsciiLowered(*accepted).find("html") == std::string::npos) return false;
  if (EqualsIgnoreCase(request.header("x-requested-with").value_or(""), "xmlhttprequest")) return false;
  const bool has_body = request.header("transfer-encoding") || request.header("content-length");
  return !has_body || MediaTypeOf(request) != "application/json";
}

}  // namespace sail::gateway
