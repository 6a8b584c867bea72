using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nagumo.Learning;

/// <summary>What keeps a text from being a configuration whatever its values: no JSON, a key that there is not, stands there twice, or is missing.</summary>
/// <remarks>A walk of our own over the text and the schema, since the words of the reader's exceptions are nobody's promise.</remarks>
internal ref struct ConfigurationFault
{
    private readonly byte[] _text;
    private Utf8JsonReader _reader;
    private string _path = "";

    private ConfigurationFault(byte[] text)
    {
        _text = text;
        _reader = new(text, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
    }

    /// <summary>Throws where there is a fault, with line and column, from 1.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">The first fault.</exception>
    public static void Require(string json)
    {
        var walk = new ConfigurationFault(Encoding.UTF8.GetBytes(json));
        try
        {
            walk._reader.Read();
            walk.Value(typeof(Experiment), "");
            // What follows the object.
            walk._reader.Read();
        }
        catch (JsonException e) when (e.GetType() != typeof(JsonException))
        {
            throw At((walk._path.Length > 0 ? walk._path + ": " : "") + Reason(e), e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
        }
    }

    /// <summary>A fault and its place.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="line">Line, from 0.</param>
    /// <param name="column">Column, from 0.</param>
    public static JsonException At(string fault, long line, long column) =>
        new($"{fault} (line {line + 1}, column {column + 1})", null, line, column);

    /// <summary>Why a text is no JSON, without the place that .NET writes behind it.</summary>
    public static string Reason(JsonException e)
    {
        int place = e.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return (place < 0 ? e.Message : e.Message[..place]).TrimEnd('.', ' ');
    }

    private void Value(Type type, string path)
    {
        var info = ExperimentKeys.Info(type);
        // A leaf in the place of a section, or the other way round, is for whoever reads the values to tell.
        switch (_reader.TokenType, info.Kind)
        {
            case (JsonTokenType.StartObject, JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary):
                Section(info, path);
                break;
            case (JsonTokenType.StartArray, JsonTypeInfoKind.Enumerable):
                for (int i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
                    Value(info.ElementType!, $"{path}[{i}]");
                break;
            default:
                _reader.Skip();
                break;
        }
    }

    private void Section(JsonTypeInfo info, string path)
    {
        long start = _reader.TokenStartIndex;
        var seen = new HashSet<string>();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = _reader.GetString()!;
            if (!seen.Add(key))
                throw Fault($"the key '{key}' stands there twice: keep one", _reader.TokenStartIndex);
            var type =
                info.Kind == JsonTypeInfoKind.Dictionary
                    ? info.ElementType!
                    : ExperimentKeys.Within(info, key) ?? throw Fault(ExperimentKeys.UnknownKey(key, path), _reader.TokenStartIndex);
            _path = path.Length > 0 ? $"{path}.{key}" : key;
            _reader.Read();
            Value(type, _path);
        }
        if (info.Properties.FirstOrDefault(p => p.IsRequired && !seen.Contains(p.Name)) is { } missing)
            throw Fault($"{ExperimentKeys.Named(path)} lacks the key '{missing.Name}'", start);
    }

    private readonly JsonException Fault(string fault, long at)
    {
        var before = _text.AsSpan(0, (int)at);
        int line = before.Count((byte)'\n'),
            column = before.Length - 1 - before.LastIndexOf((byte)'\n');
        return At(fault, line, column);
    }
}
