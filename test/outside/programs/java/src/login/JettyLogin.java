package login;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/** A login with Jetty's own sessions, in memory: JettyLogin PORT. */
public final class JettyLogin {
  public static void main(String[] args) throws Exception {
    Server server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])));
    ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
    context.addServlet(new ServletHolder(new Pages()), "/");
    server.setHandler(context);
    server.start();
    server.join();
  }

  private static final class Pages extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getServletPath().equals("/login")) {
        response.getWriter().print("<form method=\"post\"><input name=\"user\"></form>");
      } else {
        about(request.getSession(false), response);
      }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      switch (request.getServletPath()) {
        case "/login" -> {
          HttpSession session = request.getSession();
          request.changeSessionId(); // as Jetty's own login does
          session.setAttribute("user", request.getParameter("user"));
          response.sendRedirect("/me");
        }
        case "/logout" -> {
          HttpSession session = request.getSession(false);
          if (session != null) session.invalidate();
          response.sendRedirect("/login");
        }
        default -> {
          HttpSession session = request.getSession();
          session.setAttribute("notes", notes(session) + 1);
          about(session, response);
        }
      }
    }

    private static void about(HttpSession session, HttpServletResponse response)
        throws IOException {
      Object user = session == null ? null : session.getAttribute("user");
      response.setContentType("application/json");
      String quoted = user == null ? "null" : "\"" + user + "\"";
      response.getWriter().print("{\"user\":" + quoted + ",\"notes\":" + notes(session) + "}");
    }

    private static int notes(HttpSession session) {
      Object notes = session == null ? null : session.getAttribute("notes");
      return notes == null ? 0 : (Integer) notes;
    }
  }
}
