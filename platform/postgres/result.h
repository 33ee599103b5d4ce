#ifndef SAIL_PLATFORM_POSTGRES_RESULT_H_
#define SAIL_PLATFORM_POSTGRES_RESULT_H_

#include <memory>
#include <string_view>

namespace sail::platform::postgres {

// The rows of one statement, every value as Postgres's text form. Cheap to copy (shared, immutable). The
// views handed out live as long as any copy of the result. Safe to read from several threads.
class Result {
 public:
  // No rows.
  Result() = default;

  int rows() const;
  int columns() const;
  // Rows that INSERT, UPDATE or DELETE touched.
  int affected_rows() const;

  // row in [0, rows()), column in [0, columns()).
  bool IsNull(int row, int column) const;
  // Empty for NULL.
  std::string_view Text(int row, int column) const;

 private:
  friend class Connection;
  class Rep;
  explicit Result(std::shared_ptr<const Rep> rep);

  std::shared_ptr<const Rep> rep_;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_RESULT_H_
