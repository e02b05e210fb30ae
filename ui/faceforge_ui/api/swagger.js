// What we change in Swagger UI: a form starts empty, an empty box is not sent, and a file that comes back is shown.

/** A plugin of Swagger UI. */
export const ownParts = ({ React }) => ({
  components: {
    // "Send empty value" is ticked at first for every box; without it an empty box is simply not sent.
    ParameterIncludeEmpty: () => null,
    // Swagger UI takes the box of a text for these, and complains of each in the console.
    JsonSchema_integer_int32: (props) => React.createElement(props.getComponent("JsonSchema_string"), props),
    JsonSchema_integer_int64: (props) => React.createElement(props.getComponent("JsonSchema_string"), props),
  },
  wrapComponents: { responseBody: (Original) => withPreview(Original, React) },
  afterLoad(system) {
    const sample = system.fn.getSampleSchema;
    // The boxes of a form, and only those, are filled from samples that are asked for without a media type.
    this.fn.getSampleSchema = (schema, mediaType, ...rest) =>
      (mediaType === false ? atFirst(schema) : sample(schema, mediaType, ...rest));
  },
});

function atFirst(schema) {
  const { type, default: value } = schema?.toJS?.() ?? schema ?? {};
  return value ?? (type === "array" ? [] : "");
}

/** The body of an answer; of a picture, sound or film the thing itself, and of any file a link that saves it. */
function withPreview(Original, { createElement, useEffect, useMemo }) {
  return function Body(props) {
    const { content, contentType = "", headers } = props;
    const file = content instanceof Blob && content.size > 0 ? content : null;
    const address = useMemo(() => file && URL.createObjectURL(file), [file]);
    useEffect(() => () => URL.revokeObjectURL(address), [address]);
    if (!file) return createElement(Original, props);
    // Swagger UI offers a link for what is to be saved only, and shows all else that is no picture as text.
    const disposition = headers?.["content-disposition"]?.replace(/^inline/, "attachment") ?? "attachment";
    const link = createElement(Original, { ...props, headers: { ...headers, "content-disposition": disposition } });
    return createElement("div", { className: "file" }, preview(createElement, contentType, address), link);
  };
}

function preview(createElement, contentType, src) {
  if (contentType.startsWith("image/svg")) return null; // saved only: it may hold more than a picture
  if (contentType.startsWith("image/")) return createElement("img", { src, alt: "The picture that was asked for" });
  if (contentType.startsWith("audio/")) return createElement("audio", { src, controls: true });
  if (contentType.startsWith("video/")) return createElement("video", { src, controls: true });
  return null;
}
