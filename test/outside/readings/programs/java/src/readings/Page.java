package readings;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers with a page: its name in one header, the value of its parameter in another. */
final class Page extends HttpServlet {
  /** The mappings of the site. A mapping of a folder also matches the folder itself. */
  static final List<String> MAPPINGS =
      List.of(
          "/version",
          "/request",
          "/login",
          "/accounts/login/",
          "/payments/*",
          "/admin/users",
          "/reports/q1",
          "/Reports/Q2",
          "/vault/*",
          "/public/*");

  private final String mapping;
  private final String version;

  Page(String mapping, String version) {
    this.mapping = mapping;
    this.version = version;
  }

  /** Whatever the method is. */
  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) {
    String below = request.getPathInfo();
    if (mapping.equals("/version")) {
      answer(response, mapping, version + " on Java " + System.getProperty("java.version"));
    } else if (mapping.equals("/request")) {
      response.setHeader("x-host", escaped(request.getServerName()));
      response.setHeader("x-method", request.getMethod());
      answer(response, mapping, null);
    } else if (!mapping.endsWith("/*")) {
      answer(response, mapping, null);
    } else if (below == null) {
      answer(response, request.getServletPath(), null);
    } else {
      boolean isSegment = mapping.startsWith("/payments") && below.matches("(?s)/[^/]+");
      String name = isSegment ? "{id}" : "{rest}";
      answer(response, mapping.replace("*", name), below.substring(1));
    }
  }

  private static void answer(HttpServletResponse response, String page, String value) {
    response.setHeader("x-page", page);
    if (value != null) response.setHeader("x-value", escaped(value));
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      boolean isPlain = each > 0 && (Character.isLetterOrDigit(each) || "-._~".indexOf(each) >= 0);
      escaped.append(isPlain ? String.valueOf((char) each) : String.format("%%%02X", each & 0xff));
    }
    return escaped.toString();
  }
}
