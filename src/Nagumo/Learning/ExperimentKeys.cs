using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>The keys of a configuration by their paths: sets single ones, compares two configurations, explains what is wrong with one.</summary>
/// <remarks>
/// A path is the JSON path without "$.": <c>optimizer.rate</c>, <c>network.populations.h1.scale</c> or <c>network.populations.1.scale</c>
/// (an element of a list by its name or index), <c>optimizer.rates.x-h1.W</c> (the rest of the path is the dictionary's key).
/// </remarks>
internal static class ExperimentKeys
{
    /// <summary>The experiment with every "key=value" taken over, in order.</summary>
    /// <exception cref="ArgumentException">An unknown key, a wrong type, a value out of range, or a key that an earlier one has set: which is
    /// meant? The message names the key.</exception>
    public static Experiment Set(Experiment experiment, IEnumerable<string> assignments)
    {
        var root = (JsonObject)JsonSerializer.SerializeToNode(experiment, ExperimentJson.Default.Experiment)!;
        var set = new List<(string Path, string Assignment)>();
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=');
            if (equals <= 0)
                throw new ArgumentException($"'{assignment}' is not key=value; for example optimizer.rate=0.001.");
            string key = assignment[..equals].Trim();
            string path = Put(root, typeof(Experiment), key, key.Split('.'), 0, assignment[(equals + 1)..].Trim(), "");
            if (set.FirstOrDefault(s => (s.Path + ".").StartsWith(path + ".", StringComparison.Ordinal)) is { Path: { } before } earlier)
                throw new ArgumentException(
                    before == path
                        ? $"'{key}' is set twice ('{earlier.Assignment}', '{assignment}'): keep one."
                        : $"'{assignment}' would undo '{earlier.Assignment}': set it first, or leave one out."
                );
            set.Add((path, assignment));
        }
        return Experiment.FromJson(root.ToJsonString());
    }

    /// <summary>Path and both values of the first key in which two experiments differ; null when they are equal.</summary>
    public static (string Key, string A, string B)? Difference(Experiment a, Experiment b)
    {
        return Differences(a, b).Select(d => ((string, string, string)?)(d.Key, Text(d.A), Text(d.B))).FirstOrDefault();

        static string Text(JsonNode? node) =>
            node switch
            {
                null => "absent",
                JsonArray list => $"a list of {list.Count}",
                JsonObject => "an object",
                _ => node.ToJsonString(),
            };
    }

    /// <summary>Every key in which two experiments differ, by the path that <see cref="Set"/> takes, with both values; null is absent.</summary>
    public static IEnumerable<(string Key, JsonNode? A, JsonNode? B)> Differences(Experiment a, Experiment b) =>
        Differences(
            "",
            typeof(Experiment),
            JsonSerializer.SerializeToNode(a, ExperimentJson.Default.Experiment),
            JsonSerializer.SerializeToNode(b, ExperimentJson.Default.Experiment)
        );

    /// <summary>A value that is of another kind than its key asks for, in the words of the configuration.</summary>
    /// <param name="e">What the reader of JSON says of a text that has no <see cref="ConfigurationFault"/>.</param>
    public static JsonException Explain(JsonException e)
    {
        string path = e.Path is { Length: > 2 } p ? p[2..] : "",
            // Our own converters know better what they take.
            expected = e.Message.StartsWith("expected ", StringComparison.Ordinal)
                ? e.Message
                : $"expected {Expected(TypeAt(path) ?? typeof(Experiment))}";
        return ConfigurationFault.At($"{Named(path)}: {expected}", e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
    }

    /// <summary>What a section is called in messages.</summary>
    public static string Named(string path) => path.Length > 0 ? path : "the configuration";

    /// <summary>The same exception with the path of the section that it came from before its message.</summary>
    public static ArgumentException Explain(string json, ArgumentException e)
    {
        if (e.ParamName is null || JsonNode.Parse(json, null, ReadOptions) is not JsonObject root)
            return e;
        foreach (var property in Info(typeof(Experiment)).Properties)
        {
            if (root[property.Name] is not JsonObject section)
                continue;
            try
            {
                JsonSerializer.Deserialize(section, Info(property.PropertyType));
            }
            catch (ArgumentException)
            {
                string message = Plain(e);
                return new(
                    message.StartsWith(property.Name + ".", StringComparison.Ordinal) ? message
                    : message.StartsWith(e.ParamName + " ", StringComparison.Ordinal) ? $"{property.Name}.{message}"
                    : $"{property.Name}: {message}"
                );
            }
        }
        return e;
    }

    private static JsonDocumentOptions ReadOptions => new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static string Plain(ArgumentException e) => e.Message.Replace($" (Parameter '{e.ParamName}')", "");

    /// <summary>Puts a value at a path.</summary>
    /// <returns>The path within <paramref name="node"/> with every element of a list by its index, after <paramref name="above"/>.</returns>
    private static string Put(JsonNode node, Type type, string key, string[] path, int at, string text, string above)
    {
        var info = Info(type);
        bool last = at == path.Length - 1;
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                var within = Within(info, path[at]) ?? throw new ArgumentException(UnknownKey(path[at], string.Join('.', path[..at])));
                var parent = (JsonObject)node;
                string here = $"{above}.{path[at]}";
                if (!last)
                    return Put(
                        parent[path[at]] = WholeData(parent[path[at]], within) ?? Empty(within, key, path[at]),
                        within,
                        key,
                        path,
                        at + 1,
                        text,
                        here
                    );
                parent[path[at]] = Value(text, within, key);
                return here;
            case JsonTypeInfoKind.Dictionary:
                string name = string.Join('.', path[at..]);
                if (text == "null")
                    ((JsonObject)node).Remove(name);
                else
                    ((JsonObject)node)[name] = Value(text, info.ElementType!, key);
                return $"{above}.{name}";
            case JsonTypeInfoKind.Enumerable:
                var list = (JsonArray)node;
                var (index, taken) = Element(list, key, path, at);
                string element = string.Create(CultureInfo.InvariantCulture, $"{above}.{index}");
                if (at + taken < path.Length)
                    return Put(list[index]!, info.ElementType!, key, path, at + taken, text, element);
                list[index] = Value(text, info.ElementType!, key);
                return element;
            default:
                // A list of numbers may stand as a single one.
                var numbers = node as JsonArray ?? throw Within(key, path[at - 1], type);
                if (!last || !int.TryParse(path[at], CultureInfo.InvariantCulture, out int i) || i < 0 || i >= numbers.Count)
                    throw new ArgumentException($"'{key}': '{string.Join('.', path[..at])}' has elements 0 to {numbers.Count - 1}.");
                numbers[i] = Value(text, typeof(double), key);
                return string.Create(CultureInfo.InvariantCulture, $"{above}.{i}");
        }
    }

    /// <summary>The section of data where their source stands for it; any other as it is, and away from its parent.</summary>
    private static JsonNode? WholeData(JsonNode? node, Type type) =>
        type == typeof(DataOptions) && node is JsonValue source
            ? JsonSerializer.SerializeToNode(new DataOptions(source.GetValue<string>()), ExperimentJson.Default.DataOptions)
            : node;

    /// <summary>The type of an object's key: a coupling takes any, a number where its kind is from outside; null where there is none.</summary>
    internal static Type? Within(JsonTypeInfo info, string key) =>
        info.Properties.FirstOrDefault(p => p.Name == key && !p.IsExtensionData)?.PropertyType
        ?? (
            !info.Properties.Any(p => p.IsExtensionData) ? null
            : Couplings.CouplingKinds.All.Any(k => k.Words.Contains(key)) ? typeof(string)
            : typeof(double)
        );

    private static JsonNode Empty(Type type, string key, string segment) =>
        Info(type).Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => new JsonObject(),
            JsonTypeInfoKind.Enumerable => new JsonArray(),
            _ => throw Within(key, segment, type),
        };

    private static ArgumentException Within(string key, string segment, Type type) =>
        new($"'{key}': '{segment}' is {Expected(type)} and has no keys within.");

    /// <summary>An element by index or by name; names may contain dots ("h1.v-out.v"), the longest that fits wins.</summary>
    private static (int Index, int Segments) Element(JsonArray list, string key, string[] path, int at)
    {
        string[] names = [.. list.Select(NameOf)];
        for (int n = path.Length - at; n >= 1; n--)
            if (Array.IndexOf(names, string.Join('.', path[at..(at + n)])) is var found and >= 0)
                return (found, n);
        if (int.TryParse(path[at], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count)
            return (index, 1);
        throw new ArgumentException(
            $"'{key}': '{string.Join('.', path[..at])}' has no element '{path[at]}'.{Nearest.Hint(path[at], names)}"
        );
    }

    private static string NameOf(JsonNode? element) =>
        element is not JsonObject o ? element?.ToString() ?? ""
        : o["name"] is { } name ? name.ToString()
        : o["b"] is { } b ? $"{b}-{o["a"]}"
        : $"{o["a"]}.{o["kind"]}";

    private static JsonNode? Value(string text, Type type, string key)
    {
        if (text == "null")
            return null;
        var invariant = CultureInfo.InvariantCulture;
        var leaf = Nullable.GetUnderlyingType(type) ?? type;
        if (leaf == typeof(string) || leaf == typeof(DataOptions) && !text.StartsWith('{'))
            return text.Trim('"');
        if (leaf == typeof(string[]) && !text.StartsWith('['))
            return new JsonArray([.. text.Split(',', StringSplitOptions.TrimEntries).Select(w => (JsonNode)w.Trim('"'))]);
        if (leaf == typeof(bool) && bool.TryParse(text, out bool flag))
            return flag;
        if (leaf == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out int whole))
            return whole;
        if (leaf == typeof(ulong) && ulong.TryParse(text, NumberStyles.None, invariant, out ulong large))
            return large;
        if (leaf == typeof(double) && TryNumber(text, out double number))
            return number;
        if (leaf == typeof(double[]) && TryNumber(text, out double single))
            return single;
        if (leaf != typeof(bool) && !leaf.IsPrimitive && TryJson(text) is { } json && Fits(json, leaf))
            return json;
        throw new ArgumentException($"'{key}' expects {Expected(leaf)}, not '{text}'.");
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>JSON, or the same without quotation marks around the names of a list: [k, gamma].</summary>
    private static JsonNode? TryJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            if (text is not ['[', .., ']'])
                return null;
            var words = text[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return new JsonArray([.. words.Select(w => (JsonNode)w.Trim('"'))]);
        }
    }

    private static bool Fits(JsonNode json, Type type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Info(type)) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<(string Key, JsonNode? A, JsonNode? B)> Differences(string path, Type type, JsonNode? a, JsonNode? b)
    {
        if (JsonNode.DeepEquals(a, b))
            return [];
        string prefix = path.Length > 0 ? path + "." : "";
        var info = Info(type);
        if (a is JsonObject || b is JsonObject)
            (a, b) = (WholeData(a, type), WholeData(b, type));
        IEnumerable<(string Key, JsonNode? A, JsonNode? B)> within = [];
        // A section that is absent stands for its defaults.
        if (
            info.Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary
            && (a ?? Defaults(info)) is JsonObject x
            && (b ?? Defaults(info)) is JsonObject y
        )
            within = x.Select(p => p.Key)
                .Union(y.Select(p => p.Key))
                .SelectMany(key => Differences(prefix + key, info.ElementType ?? Within(info, key)!, x[key], y[key]));
        else if (a is JsonArray u && b is JsonArray v && u.Count == v.Count && info.Kind == JsonTypeInfoKind.Enumerable)
            within = Enumerable
                .Range(0, u.Count)
                .SelectMany(i =>
                    Differences(
                        prefix
                            + (
                                NameOf(u[i]) == NameOf(v[i]) && u.Count(e => NameOf(e) == NameOf(u[i])) == 1
                                    ? NameOf(u[i])
                                    : i.ToString(CultureInfo.InvariantCulture)
                            ),
                        info.ElementType!,
                        u[i],
                        v[i]
                    )
                );
        return within.DefaultIfEmpty((path, a, b));
    }

    /// <summary>A section with no key in it, written out; null where some key must be there.</summary>
    private static JsonNode? Defaults(JsonTypeInfo info)
    {
        try
        {
            return JsonSerializer.SerializeToNode(JsonSerializer.Deserialize("{}", info), info);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static string UnknownKey(string key, string parent)
    {
        string[] known = [.. Info(TypeAt(parent) ?? typeof(Experiment)).Properties.Select(p => p.Name)];
        return $"{(parent.Length > 0 ? $"'{parent}'" : "the configuration")} has no key '{key}'.{Nearest.Hint(key, known)}";
    }

    internal static JsonTypeInfo Info(Type type) => ExperimentJson.Default.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type)!;

    /// <summary>The type at a path such as <c>network.populations[1].size</c>; null when it leaves the schema.</summary>
    private static Type? TypeAt(string path)
    {
        var type = typeof(Experiment);
        foreach (string segment in path.Split(['.', '[', ']', '\''], StringSplitOptions.RemoveEmptyEntries))
        {
            var info = Info(type);
            var next = info.Kind switch
            {
                JsonTypeInfoKind.Object => Within(info, segment),
                JsonTypeInfoKind.Dictionary or JsonTypeInfoKind.Enumerable => info.ElementType,
                _ => type,
            };
            if (next is null)
                return null;
            type = next;
        }
        return type;
    }

    private static string Expected(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? Expected(inner)
        : type == typeof(string) ? "text"
        : type == typeof(DataOptions) ? "text, or a section with its source"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(ulong) ? "a whole number ≥ 0"
        : type == typeof(double) ? "a finite number"
        : type == typeof(double[]) ? "a number or a list of numbers, [0.5, 0.6]"
        : Info(type).Kind == JsonTypeInfoKind.Enumerable ? "a list, [a, b]"
        : "an object, {\"key\": value}";
}
