using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Nagumo.Kernels;
using Nagumo.Networks;

namespace Nagumo.Tests.Architecture;

/// <summary>DESIGN §4 read from the compiled assembly: which room uses which, and who may leave the process.</summary>
public sealed class RoomTests
{
    /// <summary>What each room may use. Whatever a room uses beyond this is an arrow in the wrong direction.</summary>
    private static readonly Dictionary<string, string[]> Allowed = Close(
        new()
        {
            ["Compute"] = [],
            ["Symbolics"] = [],
            ["Kernels"] = ["Symbolics", "Compute"],
            ["Neurons"] = ["Symbolics"],
            ["Couplings"] = ["Kernels"],
            ["Networks"] = ["Neurons", "Couplings"],
            ["Relaxation"] = ["Networks"],
            ["Data"] = [],
            ["Learning"] = ["Relaxation", "Data"],
            ["Hamiltonian"] = ["Relaxation", "Learning", "Data"],
            ["Quantum"] = ["Relaxation", "Learning", "Data"],
            ["Media"] = ["Relaxation", "Data"],
            ["Circuits"] = ["Relaxation", "Learning", "Data"],
            ["Audits"] = ["Relaxation", "Learning", "Hamiltonian", "Data"],
        }
    );

    /// <summary>Namespaces of the runtime that only these rooms may touch.</summary>
    private static readonly (string Prefix, string[] Rooms)[] Restricted =
    [
        ("System.Net", ["Data", "Circuits"]),
        ("System.Diagnostics.Process", ["Data", "Circuits"]),
        ("System.Console", []),
    ];

    private static readonly Dictionary<int, System.Reflection.Emit.OpCode> OpCodes = typeof(System.Reflection.Emit.OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (System.Reflection.Emit.OpCode)f.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    private static readonly IReadOnlyList<(string From, string To, string Where)> Uses = Read(typeof(Network).Assembly.Location);

    [Fact]
    public void Arrows_point_one_way()
    {
        var wrong = Uses.Select(u => (From: Room(u.From), To: Room(u.To), u))
            .Where(a => a.From is not null && a.To is not null && a.From != a.To)
            .Where(a => !Allowed.TryGetValue(a.From!, out var rooms) || !rooms.Contains(a.To!))
            .Select(a => $"{a.From} → {a.To}: {a.u.Where} uses {a.u.To}")
            .Distinct()
            .Order();
        Assert.Empty(wrong);
    }

    [Fact]
    public void Network_processes_and_console_stay_in_their_rooms()
    {
        var wrong = Uses.Where(u => Restricted.Any(r => Is(u.To, r.Prefix) && !r.Rooms.Contains(Room(u.From))))
            .Select(u => $"{u.Where} uses {u.To}")
            .Distinct()
            .Order();
        Assert.Empty(wrong);

        static bool Is(string type, string prefix) => type == prefix || type.StartsWith(prefix + ".", StringComparison.Ordinal);
    }

    /// <summary>Where memory is walked through. Elsewhere a field is a handle with a dozen verbs: the seam at which a device goes in. [DESIGN §3]</summary>
    private static readonly string[] Pointing = ["Compute", "Kernels", "Couplings"];

    [Fact]
    public void Nobody_else_holds_a_pointer_or_a_row()
    {
        var wrong = Uses.Where(u => u.To is Pointer or "Nagumo.Compute.MatView`1.Row" or "Nagumo.Compute.MatView`1.Data")
            .Where(u => !Pointing.Contains(Room(u.From)))
            // A hint to the cache takes an address.
            .Where(u => u.Where != "Nagumo.Data.Samples.Prefetch")
            .Select(u => $"{u.Where} uses {u.To}")
            .Distinct()
            .Order();
        Assert.True(!wrong.Any(), string.Join("\n", wrong));
        Assert.Contains(Uses, u => u is { From: "Nagumo.Compute.FieldVerbs", To: "Nagumo.Compute.MatView`1.Row" });
        Assert.Contains(Uses, u => u is { From: "Nagumo.Compute.Gemm", To: Pointer });
    }

    private const string Pointer = "a pointer";

    [Fact]
    public void The_scan_sees_fields_signatures_and_bodies()
    {
        // The tests would pass on an empty scan: these three uses are known to be there.
        Assert.Contains(Uses, u => u is { From: "Nagumo.Networks.Network", To: "Nagumo.Couplings.Coupling" });
        Assert.Contains(Uses, u => u.From == "Nagumo.Learning.Trainer" && u.To.StartsWith("Nagumo.Data.", StringComparison.Ordinal));
        Assert.Contains(Uses, u => u is { From: "Nagumo.Networks.Machine`1", To: "Nagumo.Compute.Gemm" });
        Assert.Contains(Uses, u => Room(u.From) == "Data" && u.To.StartsWith("System.Net.Http.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_library_references_neither_drawing_nor_command_line_nor_web()
    {
        var names = typeof(Network).Assembly.GetReferencedAssemblies().Select(a => a.Name!);
        Assert.Equal(
            ["MathNet.Numerics", "Sep"],
            names
                .Where(n =>
                    !n.StartsWith("System.", StringComparison.Ordinal) && !n.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(names, name => name.StartsWith("System.CommandLine", StringComparison.Ordinal));
    }

    [Fact]
    public void Types_live_in_rooms()
    {
        var homeless = typeof(Network)
            .Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith("Nagumo.", StringComparison.Ordinal) == true)
            .Where(t => !Allowed.ContainsKey(Room(t.FullName!)!));
        Assert.Empty(homeless);
    }

    /// <summary>The closure of an order: what a room's rooms may use, it may use.</summary>
    private static Dictionary<string, string[]> Close(Dictionary<string, string[]> direct)
    {
        IEnumerable<string> All(string room) => direct[room].Concat(direct[room].SelectMany(All));
        return direct.ToDictionary(r => r.Key, r => All(r.Key).Distinct().ToArray());
    }

    /// <summary>"Couplings" of "Nagumo.Couplings.Bias"; null outside the rooms.</summary>
    private static string? Room(string type) => type.Split('.') is ["Nagumo", var room, _, ..] ? room : null;

    /// <summary>Every use of a type by a type: base types, fields, signatures, attributes of none, and all tokens in method bodies.</summary>
    private static List<(string From, string To, string Where)> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var names = new Names(reader);
        // A call may take an address, as that of a span's constructor does; a place that holds one is a pointer.
        var places = new Names(reader, marksPointers: true);
        var uses = new List<(string, string, string)>();
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            string from = names.Outermost(handle);
            void Use(IEnumerable<string> types, string where)
            {
                foreach (string to in types)
                    uses.Add((from, to, where));
            }
            Use(names.Of(type.BaseType), from);
            foreach (var i in type.GetInterfaceImplementations())
                Use(names.Of(reader.GetInterfaceImplementation(i).Interface), from);
            foreach (var f in type.GetFields())
            {
                var field = reader.GetFieldDefinition(f);
                Use(field.DecodeSignature(places, null), $"{from}.{reader.GetString(field.Name)}");
            }
            foreach (var m in type.GetMethods())
            {
                var method = reader.GetMethodDefinition(m);
                string where = $"{from}.{reader.GetString(method.Name)}";
                Use(places.Of(method.DecodeSignature(places, null)), where);
                if (method.RelativeVirtualAddress == 0)
                    continue;
                var body = file.GetMethodBody(method.RelativeVirtualAddress);
                if (!body.LocalSignature.IsNil)
                    Use(reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(places, null).SelectMany(t => t), where);
                foreach (var token in Tokens(body.GetILReader()))
                    Use(names.Of(token), where);
            }
        }
        return uses;
    }

    /// <summary>The metadata tokens of a method body, instruction by instruction.</summary>
    private static IEnumerable<EntityHandle> Tokens(BlobReader il)
    {
        var tokens = new List<EntityHandle>();
        while (il.RemainingBytes > 0)
        {
            int code = il.ReadByte();
            if (code == 0xFE)
                code = 0xFE00 | il.ReadByte();
            switch (OpCodes[code].OperandType)
            {
                case System.Reflection.Emit.OperandType.InlineNone:
                    break;
                case System.Reflection.Emit.OperandType.ShortInlineBrTarget
                or System.Reflection.Emit.OperandType.ShortInlineI
                or System.Reflection.Emit.OperandType.ShortInlineVar:
                    il.ReadByte();
                    break;
                case System.Reflection.Emit.OperandType.InlineVar:
                    il.ReadInt16();
                    break;
                case System.Reflection.Emit.OperandType.InlineI8 or System.Reflection.Emit.OperandType.InlineR:
                    il.ReadInt64();
                    break;
                case System.Reflection.Emit.OperandType.InlineSwitch:
                    for (int n = il.ReadInt32(); n > 0; n--)
                        il.ReadInt32();
                    break;
                case System.Reflection.Emit.OperandType.InlineField
                or System.Reflection.Emit.OperandType.InlineMethod
                or System.Reflection.Emit.OperandType.InlineTok
                or System.Reflection.Emit.OperandType.InlineType:
                    tokens.Add(MetadataTokens.EntityHandle(il.ReadInt32()));
                    break;
                default:
                    il.ReadInt32();
                    break;
            }
        }
        return tokens;
    }

    /// <summary>Full names of all types that a handle or signature mentions; nested types count as their outermost one.</summary>
    private sealed class Names(MetadataReader reader, bool marksPointers = false) : ISignatureTypeProvider<IEnumerable<string>, object?>
    {
        public string Outermost(TypeDefinitionHandle handle)
        {
            var type = reader.GetTypeDefinition(handle);
            while (!type.GetDeclaringType().IsNil)
                type = reader.GetTypeDefinition(type.GetDeclaringType());
            return Join(type.Namespace, type.Name);
        }

        public IEnumerable<string> Of(EntityHandle handle) =>
            handle.IsNil
                ? []
                : handle.Kind switch
                {
                    HandleKind.TypeDefinition => [Outermost((TypeDefinitionHandle)handle)],
                    HandleKind.TypeReference => [Outermost((TypeReferenceHandle)handle)],
                    HandleKind.TypeSpecification => reader
                        .GetTypeSpecification((TypeSpecificationHandle)handle)
                        .DecodeSignature(this, null),
                    HandleKind.MethodDefinition => Of(reader.GetMethodDefinition((MethodDefinitionHandle)handle)),
                    HandleKind.FieldDefinition => Of(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()),
                    HandleKind.MemberReference => Of(reader.GetMemberReference((MemberReferenceHandle)handle)),
                    HandleKind.MethodSpecification => Of(reader.GetMethodSpecification((MethodSpecificationHandle)handle)),
                    _ => [],
                };

        public IEnumerable<string> Of(MethodSignature<IEnumerable<string>> signature) =>
            signature.ParameterTypes.SelectMany(t => t).Concat(signature.ReturnType);

        private IEnumerable<string> Of(MethodDefinition method) =>
            [.. Of(method.GetDeclaringType()), .. Of(method.DecodeSignature(this, null))];

        private IEnumerable<string> Of(MemberReference member) =>
            [
                .. Of(member.Parent),
                .. Of(member.Parent).Select(type => $"{type}.{reader.GetString(member.Name)}"),
                .. member.GetKind() == MemberReferenceKind.Method
                    ? Of(member.DecodeMethodSignature(this, null))
                    : member.DecodeFieldSignature(this, null),
            ];

        private IEnumerable<string> Of(MethodSpecification method) =>
            [.. Of(method.Method), .. method.DecodeSignature(this, null).SelectMany(t => t)];

        private string Outermost(TypeReferenceHandle handle)
        {
            var type = reader.GetTypeReference(handle);
            while (type.ResolutionScope.Kind == HandleKind.TypeReference)
                type = reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
            return Join(type.Namespace, type.Name);
        }

        private string Join(StringHandle space, StringHandle name) =>
            space.IsNil ? reader.GetString(name) : reader.GetString(space) + "." + reader.GetString(name);

        public IEnumerable<string> GetArrayType(IEnumerable<string> elementType, ArrayShape shape) => elementType;

        public IEnumerable<string> GetByReferenceType(IEnumerable<string> elementType) => elementType;

        public IEnumerable<string> GetFunctionPointerType(MethodSignature<IEnumerable<string>> signature) => Of(signature);

        public IEnumerable<string> GetGenericInstantiation(
            IEnumerable<string> genericType,
            System.Collections.Immutable.ImmutableArray<IEnumerable<string>> typeArguments
        ) => [.. genericType, .. typeArguments.SelectMany(t => t)];

        public IEnumerable<string> GetGenericMethodParameter(object? genericContext, int index) => [];

        public IEnumerable<string> GetGenericTypeParameter(object? genericContext, int index) => [];

        public IEnumerable<string> GetModifiedType(IEnumerable<string> modifier, IEnumerable<string> unmodifiedType, bool isRequired) =>
            unmodifiedType;

        public IEnumerable<string> GetPinnedType(IEnumerable<string> elementType) => elementType;

        public IEnumerable<string> GetPointerType(IEnumerable<string> elementType) =>
            marksPointers ? [.. elementType, Pointer] : elementType;

        public IEnumerable<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

        public IEnumerable<string> GetSZArrayType(IEnumerable<string> elementType) => elementType;

        public IEnumerable<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            [Outermost(handle)];

        public IEnumerable<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
            [Outermost(handle)];

        public IEnumerable<string> GetTypeFromSpecification(
            MetadataReader reader,
            object? genericContext,
            TypeSpecificationHandle handle,
            byte rawTypeKind
        ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }

    /// <summary>What outlives a call is what programs registered, and what was computed once from a formula (docs/architecture.md).</summary>
    [Fact]
    public void Static_state_is_registries_and_caches()
    {
        string[] registries =
        [
            "Couplings.CouplingKinds",
            "Data.DataSets",
            "Learning.Costs",
            "Learning.Estimators",
            "Learning.LearningTasks",
            "Neurons.NeuronModels",
            "Relaxation.Relaxers",
        ];
        var found = typeof(Network)
            .Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith("Nagumo", StringComparison.Ordinal) == true && !t.FullName!.Contains('<'))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f =>
                !f.IsLiteral
                && !f.Name.Contains('<')
                && f.GetCustomAttribute<ThreadStaticAttribute>() is null
                && (!f.IsInitOnly || IsCollection(f.FieldType))
            )
            .Select(f => $"{f.DeclaringType!.FullName!["Nagumo.".Length..].Replace("`1", "")}{(f.IsInitOnly ? "." + f.Name : "")}")
            .Distinct()
            .Order(StringComparer.Ordinal);
        Assert.Equal(string.Join(" ", registries.Concat(Caches).Order(StringComparer.Ordinal)), string.Join(" ", found));

        static bool IsCollection(Type type) =>
            type.IsGenericType
            && type.GetGenericTypeDefinition() is var g
            && (
                g == typeof(Dictionary<,>)
                || g == typeof(List<>)
                || g == typeof(HashSet<>)
                || g == typeof(System.Collections.Concurrent.ConcurrentDictionary<,>)
                || g == typeof(System.Runtime.CompilerServices.ConditionalWeakTable<,>)
            );
    }

    /// <summary>Filled once a formula, safe from several threads, never read for what was put in last.</summary>
    private static readonly string[] Caches = ["Kernels.KernelCompiler+Cache.Kernels", "Kernels.Response+Cache.Responses"];
}
