package demo;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** What Java functions can be: an interface's method, or any other by its name. */
public class Handler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    System.out.println("seen " + event.get("n"));
    if (Boolean.TRUE.equals(event.get("fail"))) throw new IllegalStateException("no luck");
    return Map.of(
        "id", context.getAwsRequestId(),
        "n", 6 * ((Number) event.get("n")).intValue(),
        "java", Runtime.version().feature(),
        "property", System.getProperty("demo.property", "none"),
        "layer", new Layered().text());
  }

  public Answer custom(Question question, Context context) {
    Answer answer = new Answer();
    answer.setText(question.getName() + " in " + context.getMemoryLimitInMB() + " MB");
    return answer;
  }

  public Map<String, String> environment(Object event) {
    return System.getenv();
  }

  public static class Question {
    private String name;

    public String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }
  }

  public static class Answer {
    private String text;

    public String getText() {
      return text;
    }

    public void setText(String text) {
      this.text = text;
    }
  }
}
